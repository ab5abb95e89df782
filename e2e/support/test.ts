import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type Page } from "@playwright/test";

export { expect };

/** What the browser complained about on a page. A test that provokes an answer such as 403 lets its message pass. */
export type Complaints = { readonly allow: (pattern: RegExp) => void };

const watch = (page: Page, found: string[]) => {
  page.on("console", (message) => {
    if (message.type() === "error" || /Content Security Policy/i.test(message.text()))
      found.push(message.text());
  });
  page.on("pageerror", (error) => {
    found.push(`uncaught: ${error.message}`);
  });
};

/**
 * Resolves when React answers to every button of the page. What the server sent is visible before that, and a click that comes too early
 * is lost, which no person notices and a test does.
 */
export async function hydrated(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      !("__next_f" in window) ||
      [...document.querySelectorAll("button")].every((button) =>
        Object.keys(button).some((key) => key.startsWith("__reactProps")),
      ),
  );
}

/** Every page is watched: an error in the console, an uncaught exception or a breach of the content security policy fails the test. */
export const test = base.extend<{ complaints: Complaints }>({
  complaints: [
    async ({ context }, use) => {
      const found: string[] = [],
        allowed: RegExp[] = [];
      context.on("page", (page) => {
        watch(page, found);
      });
      await use({
        allow: (pattern) => {
          allowed.push(pattern);
        },
      });
      expect(
        found.filter((text) => !allowed.some((pattern) => pattern.test(text))),
        "what the browser complained about",
      ).toEqual([]);
    },
    { auto: true },
  ],
  page: async ({ page }, use) => {
    const goTo = page.goto.bind(page);
    page.goto = async (...args) => {
      const answer = await goTo(...args);
      await hydrated(page);
      return answer;
    };
    await use(page);
  },
});

/** Everything that axe finds, one line for each element. `coloursOnly` for a page that was looked at already in its other scheme: nothing else differs. */
export async function axe(page: Page, coloursOnly = false): Promise<string[]> {
  const look = new AxeBuilder({ page }).setLegacyMode();
  const { violations } = await (
    coloursOnly ? look.withRules(["color-contrast", "link-in-text-block"]) : look
  ).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) =>
        `${id}: ${target.join(" ")}: ${failureSummary?.replace(/\s+/g, " ") ?? ""}`,
    ),
  );
}

/** Resolves when nothing on the page moves any more, so that colours are what they will be. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((one) => one.effect?.getComputedTiming().iterations !== Infinity)
        .map((one) => one.finished),
    ),
  );
}

/** No element may make the page wider than its window. */
export async function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}
