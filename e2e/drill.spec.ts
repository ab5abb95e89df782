import { readFileSync } from "node:fs";
import { saveDownload } from "@/e2e/support/export-log";
import { takePicture } from "@/e2e/support/picture";
import { findAxeViolations, expect, test } from "@/e2e/support/test";
import { stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("auditor") });

// A download that the browser keeps: the system's own save dialog cannot be answered by a test.
test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, "showSaveFilePicker");
  });
});

test("a tamper drill shows which control detected each attack, and its report can be downloaded", async ({
  page,
}) => {
  test.setTimeout(600_000);
  await page.goto("/audit/drill");
  await page.getByRole("button", { name: "Run drill" }).click();
  await expect(page.getByText(/^All \d+ attacks were detected\.$/)).toBeVisible({
    timeout: 550_000,
  });
  const table = page.getByRole("table", { name: "Attacks" });
  await expect(table.getByText("Not detected", { exact: true })).toHaveCount(0);
  expect(await findAxeViolations(page)).toEqual([]);
  await takePicture(page, "drill-done", true);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download report" }).click(),
  ]);
  const report = JSON.parse(readFileSync(await saveDownload(file), "utf8")) as {
    attacks: { caughtBy: string[] }[];
  };
  expect(report.attacks.length).toBeGreaterThan(8);
  expect(report.attacks.every(({ caughtBy }) => caughtBy.length > 0)).toBe(true);
});
