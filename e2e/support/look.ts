import type { Page } from "@playwright/test";
import { takePicture } from "./picture";
import { findAxeViolations, expect, waitForAnimations, horizontalOverflow } from "./test";

export const desktopViewport = { width: 1280, height: 800 };
export const phoneViewport = { width: 360, height: 740 };
/** The narrowest window with the sidebar: nowhere is less room for what is not a phone's layout. */
const sidebarViewport = { width: 1024, height: 768 };

/** Axe takes seconds for each state of a page: it looks in the long runs, and if CHANCERY_AXE=1 asks. */
const withAxe = process.env.CHANCERY_AXE === "1";

async function expectNoOverflow(page: Page, name: string): Promise<void> {
  // Charts take the new width a moment after the window does.
  await expect
    .configure({ soft: true })
    .poll(() => horizontalOverflow(page), { message: `${name}: pixels that scroll sideways` })
    .toBeLessThanOrEqual(0);
}

/**
 * Asserts that a page doesn't scroll sideways at 1280, 1024 and 360 px and, where axe looks, that it
 * finds no violations in light and dark. The screenshots are for people to look at.
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
    if (withAxe)
      expect
        .soft(
          await findAxeViolations(page, colorScheme === "dark" ? "contrast" : "all"),
          `${name}, ${colorScheme}`,
        )
        .toEqual([]);
    await shot(colorScheme);
  }
  await expectNoOverflow(page, `${name}, ${desktopViewport.width} px`);
  await page.emulateMedia({ colorScheme: "light" });
  for (const viewport of [sidebarViewport, phoneViewport]) {
    await page.setViewportSize(viewport);
    await expectNoOverflow(page, `${name}, ${viewport.width} px`);
  }
  await shot("phone");
  await page.setViewportSize(desktopViewport);
}
