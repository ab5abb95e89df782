import type { Download, Page } from "@playwright/test";
import { tempPath } from "./openssl";
import { expect } from "./test";

/** Saves a download under its suggested name and returns the path. */
export async function saveDownload(download: Download): Promise<string> {
  const path = tempPath(`-${download.suggestedFilename()}`);
  await download.saveAs(path);
  return path;
}

export type ExportResult = Readonly<{
  /** The file itself, and the proof file where one comes with it. */
  file: string;
  proof: string;
  /** The command that verifies the file, as the page shows it, and the key in it. */
  command: string;
  key: string;
}>;

/** Exports the open list through the dialog. */
export async function exportAs(page: Page, format: string): Promise<ExportResult> {
  const downloads: Download[] = [];
  const onDownload = (download: Download) => {
    downloads.push(download);
  };
  page.on("download", onDownload);
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export" });
  await dialog.getByRole("radio", { name: format }).check();
  await dialog.getByRole("button", { name: "Export", exact: true }).click();
  await expect(dialog.getByText(/^Exported [\d,]+ /)).toBeVisible({ timeout: 120_000 });
  const command = await dialog.getByRole("region", { name: "Command" }).innerText();
  await expect.poll(() => downloads.length).toBe(command.includes("--proof") ? 2 : 1);
  await dialog.getByRole("button", { name: "Done" }).click();
  page.off("download", onDownload);
  const paths = await Promise.all(downloads.map(saveDownload));
  const isProof = (path: string) => path.endsWith(".proof.jsonl");
  return {
    file: paths.find((path) => !isProof(path)) ?? "",
    proof: paths.find(isProof) ?? "",
    command,
    key: /--key '([^']+)'/.exec(command)?.[1] ?? "",
  };
}
