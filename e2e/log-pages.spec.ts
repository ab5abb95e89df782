import { checkAppearance } from "@/e2e/support/look";
import { expect, test } from "@/e2e/support/test";
import { stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });

test("log and proofs has nothing that axe finds, light or dark, and fits into 360 px", async ({
  page,
}) => {
  await page.goto("/audit/log");
  await expect(page.getByText(/First visit|Unchanged|Append-only/)).toBeVisible();
  await checkAppearance(page, "log", { fullPage: true });
});

test("the tamper drill has nothing that axe finds", async ({ page }) => {
  await page.goto("/audit/drill");
  await expect(page.getByRole("button", { name: "Run drill" })).toBeVisible();
  await checkAppearance(page, "drill", { fullPage: true });
});

test("an entry's proof, as a picture and as a table, has nothing that axe finds", async ({
  page,
}) => {
  await page.goto("/audit/5");
  await expect(
    page.getByRole("status").filter({ hasText: /Signed by the log only|Witnessed/ }),
  ).toBeVisible();
  await checkAppearance(page, "proof", { fullPage: true });
  await page.getByRole("button", { name: "Show as table" }).click();
  // The tooltip of a hovered button is outside all landmarks.
  await page.mouse.move(0, 0);
  await expect(page.locator("#tip")).toBeHidden();
  await checkAppearance(page, "proof-table", { fullPage: true });
});

test("the export, before it and after it, has nothing that axe finds", async ({ page }) => {
  await page.goto("/audit");
  // The dialog hides from axe what is behind it when it opens, so the list has to be there.
  await expect(page.getByText("entries indexed.")).toBeVisible();
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export" });
  await expect(dialog).toBeVisible();
  await checkAppearance(page, "export", { fullPage: true });
  await dialog.getByRole("button", { name: "Export", exact: true }).click();
  await expect(dialog.getByText(/^Exported \d/)).toBeVisible();
  await checkAppearance(page, "export-done", { fullPage: true });
});
