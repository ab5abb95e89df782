import type { Download, Page } from "@playwright/test";
import { scratch } from "./openssl";
import { expect } from "./test";

/** Where a browser's download was put, under its own name. */
export async function keptAs(download: Download): Promise<string> {
  const path = scratch(`-${download.suggestedFilename()}`);
  await download.saveAs(path);
  return path;
}

export type Exported = Readonly<{
  /** The file itself, and the proof file where one comes with it. */
  file: string;
  proof: string;
  /** The command that verifies it, as the page shows it, and the key in it. */
  command: string;
  key: string;
}>;

/** Exports what the open list shows, from the dialog's first choice to its last word. */
export async function exportAs(page: Page, format: string): Promise<Exported> {
  const downloads: Download[] = [],
    note = (download: Download) => {
      downloads.push(download);
    };
  page.on("download", note);
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export" });
  await dialog.getByRole("radio", { name: format }).check();
  await dialog.getByRole("button", { name: "Export", exact: true }).click();
  await expect(dialog.getByText(/^Exported [\d,]+ /)).toBeVisible({ timeout: 30_000 });
  const command = await dialog.getByRole("region", { name: "Command" }).innerText();
  await expect.poll(() => downloads.length).toBe(command.includes("--proof") ? 2 : 1);
  await dialog.getByRole("button", { name: "Done" }).click();
  page.off("download", note);
  const paths = await Promise.all(downloads.map(keptAs)),
    isProof = (path: string) => path.endsWith(".proof.jsonl");
  return {
    file: paths.find((path) => !isProof(path)) ?? "",
    proof: paths.find(isProof) ?? "",
    command,
    key: /--key '([^']+)'/.exec(command)?.[1] ?? "",
  };
}
