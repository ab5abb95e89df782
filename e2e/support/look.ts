import type { Page } from "@playwright/test";
import { axe, expect, settled, sidewaysScroll } from "./test";

export const wide = { width: 1280, height: 800 },
  phone = { width: 360, height: 740 };

/** Light and dark: nothing that axe finds; on a phone: nothing that scrolls sideways. The pictures are for people to look at. */
export async function looksWell(
  page: Page,
  name: string,
  { fullPage = false } = {},
): Promise<void> {
  const shot = (look: string) =>
    page.screenshot({ path: `test-results/pages/${name}-${look}.png`, fullPage });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await settled(page);
    expect.soft(await axe(page, colorScheme === "dark"), `${name}, ${colorScheme}`).toEqual([]);
    await shot(colorScheme);
  }
  await page.setViewportSize(phone);
  await page.emulateMedia({ colorScheme: "light" });
  expect
    .soft(await sidewaysScroll(page), `${name}: pixels that scroll sideways`)
    .toBeLessThanOrEqual(0);
  await shot("phone");
  await page.setViewportSize(wide);
}
