import type { Page } from "@playwright/test";
import { axe, expect, settled, sidewaysScroll, test } from "./support/test";
import { stateOf } from "./support/world";

test.use({ storageState: stateOf("admin") });

const wide = { width: 1280, height: 800 }, phone = { width: 360, height: 740 };

async function looksWell(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await settled(page);
    expect.soft(await axe(page, colorScheme === "dark"), `${name}, ${colorScheme}`).toEqual([]);
    await page.screenshot({ path: `test-results/pages/${name}-${colorScheme}.png`, fullPage: true });
  }
  await page.setViewportSize(phone);
  await page.emulateMedia({ colorScheme: "light" });
  expect.soft(await sidewaysScroll(page), `${name}: pixels that scroll sideways`).toBeLessThanOrEqual(0);
  await page.screenshot({ path: `test-results/pages/${name}-phone.png`, fullPage: true });
  await page.setViewportSize(wide);
}

test("log and proofs has nothing that axe finds, light or dark, and fits into 360 px", async ({ page }) => {
  await page.goto("/audit/log");
  await expect(page.getByText(/First seen|Unchanged|Only grown/)).toBeVisible();
  await looksWell(page, "log");
});

test("the tamper drill has nothing that axe finds", async ({ page }) => {
  await page.goto("/audit/drill");
  await expect(page.getByRole("button", { name: "Run the drill" })).toBeVisible();
  await looksWell(page, "drill");
});

test("an entry's proof, as a picture and as a table, has nothing that axe finds", async ({ page }) => {
  await page.goto("/audit/5");
  await expect(page.getByRole("status").filter({ hasText: /Signed by the log alone|Witnessed/ })).toBeVisible();
  await looksWell(page, "proof");
  await page.getByRole("button", { name: "Show as a table" }).click();
  // The tip of a button that is pointed at lies outside all landmarks.
  await page.mouse.move(0, 0);
  await expect(page.locator("#tip")).toBeHidden();
  await looksWell(page, "proof-table");
});

test("the export, before it and after it, has nothing that axe finds", async ({ page }) => {
  await page.goto("/audit");
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export" });
  await expect(dialog).toBeVisible();
  await looksWell(page, "export");
  await dialog.getByRole("button", { name: "Export", exact: true }).click();
  await expect(dialog.getByText(/^Exported \d/)).toBeVisible();
  await looksWell(page, "export-done");
});
