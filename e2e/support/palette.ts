import { expect, type Page } from "@playwright/test";

/** Opens the command palette, and returns when it takes what is typed. */
export async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: /Search or run/ })).toBeFocused();
}
