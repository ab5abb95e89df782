import type { Page } from "@playwright/test";
import { takePicture } from "./picture";
import { findAxeViolations, expect, waitForAnimations, horizontalOverflow } from "./test";

export const desktopViewport = { width: 1280, height: 800 };
export const phoneViewport = { width: 360, height: 740 };

/**
 * Asserts that axe finds no violations in light and dark, and that a phone has no horizontal scroll.
 * The screenshots are for people to look at.
 */
export async function checkAppearance(
  page: Page,
  name: string,
  { fullPage = false } = {},
): Promise<void> {
  const shot = (look: string) => takePicture(page, `${name}-${look}`, fullPage);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await waitForAnimations(page);
    expect
      .soft(await findAxeViolations(page, colorScheme === "dark"), `${name}, ${colorScheme}`)
      .toEqual([]);
    await shot(colorScheme);
  }
  await page.setViewportSize(phoneViewport);
  await page.emulateMedia({ colorScheme: "light" });
  // Charts take the new width a moment after the window does.
  await expect
    .configure({ soft: true })
    .poll(() => horizontalOverflow(page), { message: `${name}: pixels that scroll sideways` })
    .toBeLessThanOrEqual(0);
  await shot("phone");
  await page.setViewportSize(desktopViewport);
}
