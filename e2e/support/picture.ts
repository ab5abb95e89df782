import type { Page } from "@playwright/test";

/**
 * A picture for people to look at, in test-results/pages, if CHANCERY_PICTURES=1 asks for pictures:
 * no test reads them, and they cost a third of the time of a look at a page.
 */
export async function takePicture(page: Page, name: string, fullPage = false): Promise<void> {
  if (process.env.CHANCERY_PICTURES !== "1") return;
  await page.screenshot({ path: `test-results/pages/${name}.png`, fullPage });
}
