import type { Page } from "@playwright/test";

/**
 * Resolves when React answers to every button of the page. What the server sent is visible before
 * that, and a click that comes too early is lost, which no person notices and a test does.
 */
export async function hydrated(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      !("__next_f" in window) ||
      [...document.querySelectorAll("button")].every((button) =>
        Object.keys(button).some((key) => key.startsWith("__reactProps")),
      ),
    null,
    // Looking at each frame would make the browser draw frames.
    { polling: 40 },
  );
}
