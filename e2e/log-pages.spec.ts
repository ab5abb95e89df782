import { looksWell } from "./support/look";
import { expect, test } from "./support/test";
import { stateOf } from "./support/world";

test.use({ storageState: stateOf("admin") });

test("log and proofs has nothing that axe finds, light or dark, and fits into 360 px", async ({
  page,
}) => {
  await page.goto("/audit/log");
  await expect(page.getByText(/First seen|Unchanged|Only grown/)).toBeVisible();
  await looksWell(page, "log", { fullPage: true });
});

test("the tamper drill has nothing that axe finds", async ({ page }) => {
  await page.goto("/audit/drill");
  await expect(page.getByRole("button", { name: "Run the drill" })).toBeVisible();
  await looksWell(page, "drill", { fullPage: true });
});

test("an entry's proof, as a picture and as a table, has nothing that axe finds", async ({
  page,
}) => {
  await page.goto("/audit/5");
  await expect(
    page.getByRole("status").filter({ hasText: /Signed by the log alone|Witnessed/ }),
  ).toBeVisible();
  await looksWell(page, "proof", { fullPage: true });
  await page.getByRole("button", { name: "Show as a table" }).click();
  // The tip of a button that is pointed at lies outside all landmarks.
  await page.mouse.move(0, 0);
  await expect(page.locator("#tip")).toBeHidden();
  await looksWell(page, "proof-table", { fullPage: true });
});

test("the export, before it and after it, has nothing that axe finds", async ({ page }) => {
  await page.goto("/audit");
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export" });
  await expect(dialog).toBeVisible();
  await looksWell(page, "export", { fullPage: true });
  await dialog.getByRole("button", { name: "Export", exact: true }).click();
  await expect(dialog.getByText(/^Exported \d/)).toBeVisible();
  await looksWell(page, "export-done", { fullPage: true });
});
