import axe from "axe-core";
import { expect, test as base, type Page } from "@playwright/test";
import { hydrated } from "./hydrated";
import type { WorkerOptions } from "@/testing/playwright-workers";
import { readLogTail, startForWorker } from "./worker-chancery";
import { chancery } from "./world";

export { expect };

/**
 * Errors of the browser on a page. A test that provokes a response such as 403 allows its message.
 */
export type BrowserErrors = { readonly allow: (pattern: RegExp) => void };

const collectErrors = (page: Page, errors: string[]) => {
  page.on("console", (message) => {
    if (message.type() === "error" || /Content Security Policy/i.test(message.text()))
      errors.push(`${message.text()} ${message.location().url}`.trim());
  });
  page.on("pageerror", (error) => {
    errors.push(`uncaught: ${error.message}`);
  });
};

const describePage = async (page: Page): Promise<string> => {
  const content = await page
    .locator("body")
    .ariaSnapshot({ timeout: 10_000 })
    .catch((error: unknown) => String(error));
  return `── ${page.url()} ──\n${content}`;
};

/**
 * Each worker has a Chancery that no other worker uses. Every page is watched: an error in the
 * console, an uncaught exception or a breach of the content security policy fails the test.
 */
export const test = base.extend<
  { complaints: BrowserErrors; serverLog: void },
  WorkerOptions & { workerChancery: typeof chancery }
>({
  startFrom: ["copy", { option: true, scope: "worker" }],
  workerChancery: [
    async ({ startFrom }, use, { workerIndex }) => {
      const started = await startForWorker(startFrom, workerIndex);
      if (started) {
        const { httpUrl, httpsUrl, mtlsUrl, setupUrl, dataFolder } = started.chancery;
        Object.assign(chancery, {
          http: httpUrl,
          https: httpsUrl,
          mtls: mtlsUrl,
          setup: setupUrl,
          data: dataFolder,
        });
      }
      await use(chancery);
      await started?.stop();
    },
    { scope: "worker", auto: true, timeout: 300_000 },
  ],
  baseURL: async ({ workerChancery }, use) => {
    await use(workerChancery.http);
  },
  // Where a test fails, the cause is often only on its pages or in the log of its Chancery.
  serverLog: [
    async ({ workerChancery: { http }, context }, use, info) => {
      await use();
      if (info.status === info.expectedStatus) return;
      const pages = await Promise.all(context.pages().map(describePage));
      process.stderr.write(
        `${pages.join("\n")}\n── log of ${http} ──\n${readLogTail(info.workerIndex)}\n──\n`,
      );
    },
    { auto: true },
  ],
  complaints: [
    async ({ context }, use) => {
      const errors: string[] = [];
      const allowed: RegExp[] = [];
      const watch = (page: Page) => collectErrors(page, errors);
      context.on("page", watch);
      // A context that is used again has its page already.
      context.pages().forEach(watch);
      await use({
        allow: (pattern) => {
          allowed.push(pattern);
        },
      });
      expect(
        errors.filter((text) => !allowed.some((pattern) => pattern.test(text))),
        "errors of the browser",
      ).toEqual([]);
    },
    { auto: true },
  ],
  page: async ({ page }, use) => {
    const goTo = page.goto.bind(page);
    page.goto = async (...args) => {
      const response = await goTo(...args);
      await hydrated(page);
      return response;
    };
    await use(page);
  },
});

const axePausesMs = [0, 300, 2_000];

const contrastRules = ["color-contrast", "link-in-text-block"];
const ruleSets = {
  all: null,
  /** For a page that was checked in its other color scheme already: nothing else differs. */
  contrast: contrastRules,
  /** For one that was checked at another width as well: what is shown and what scrolls differs. */
  phone: [
    ...contrastRules,
    "aria-hidden-focus",
    "button-name",
    "label",
    "link-name",
    "nested-interactive",
    "scrollable-region-focusable",
  ],
} as const;

/**
 * All violations that axe finds, one line for each element. A violation counts if it is
 * still there two seconds later: axe looks for seconds, and meanwhile colors may change, and the
 * title of a page may still be on its way.
 */
export async function findAxeViolations(
  page: Page,
  rules: keyof typeof ruleSets = "all",
): Promise<string[]> {
  let seen: string[] = [];
  for (const ms of axePausesMs) {
    await page.waitForTimeout(ms);
    await waitForAnimations(page);
    seen = await runAxe(page, ruleSets[rules]);
    if (seen.length === 0) break;
  }
  return seen;
}

async function runAxe(page: Page, rules: readonly string[] | null): Promise<string[]> {
  // Its half a megabyte is compiled once for each document. Pages have no frames.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const violations = await page.evaluate(async (names) => {
    const { axe: loaded } = window as unknown as { axe: typeof axe };
    // No rule that runs needs the style sheets, which axe would load again and parse.
    const options: axe.RunOptions = { resultTypes: ["violations"], preload: false };
    if (names !== null) options.runOnly = { type: "rule", values: [...names] };
    return (await loaded.run(document, options)).violations;
  }, rules);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) =>
        `${id}: ${target.join(" ")}: ${failureSummary?.replace(/\s+/g, " ") ?? ""}`,
    ),
  );
}

/** Waits for all finite animations, so that colors are final. */
export async function waitForAnimations(page: Page): Promise<void> {
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((one) => one.effect?.getComputedTiming().iterations !== Infinity)
        .map((one) => one.finished),
    ),
  );
}

/** By how many pixels the page is wider than its window. */
export async function horizontalOverflow(page: Page): Promise<number> {
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}

/**
 * Texts in tables that are cut and can't be read whole: neither a title nor a tooltip has them, nor
 * does the row lead to a page.
 */
export async function cutTextsWithoutWhole(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const titled = "[title], [data-tip]";
    const isCut = (element: Element): boolean =>
      element.scrollWidth > element.clientWidth + 1 &&
      element.clientWidth > 0 &&
      ["hidden", "clip"].includes(getComputedStyle(element).overflowX) &&
      element.textContent.trim() !== "" &&
      !element.matches(".sr-only, .sr-only *");
    return [...document.querySelectorAll("td *")]
      .filter(isCut)
      .filter(
        (element) =>
          element.closest(titled) === null &&
          element.querySelector(titled) === null &&
          element.closest("tr")?.querySelector("[data-row-link]") === null,
      )
      .map(({ textContent }) => textContent.slice(0, 60));
  });
}
