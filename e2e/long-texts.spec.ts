import { randomInt } from "node:crypto";
import type { Page } from "@playwright/test";
import { consoleRoutes, isRouteOfItems, variants } from "@/e2e/support/console-pages";
import { hydrated } from "@/e2e/support/hydrated";
import { createLongThings, spaced, unbroken, type LongThings } from "@/e2e/support/long-things";
import { takePicture } from "@/e2e/support/picture";
import { cutTextsWithoutWhole, expect, horizontalOverflow, test } from "@/e2e/support/test";
import { stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });

const widths = [1280, 1024, 1536, 360] as const;

const lists = [...consoleRoutes.filter((route) => !isRouteOfItems(route)), ...variants];

async function expectFits(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    await expect
      .configure({ soft: true, timeout: 3000 })
      .poll(() => horizontalOverflow(page), { message: `${path}, ${width} px: sideways` })
      .toBeLessThanOrEqual(0);
    expect
      .soft(await cutTextsWithoutWhole(page), `${path}, ${width} px: text that is cut`)
      .toEqual([]);
    await takePicture(page, `long${path.replaceAll(/[^a-z0-9]+/gi, "-")}-${width}`);
  }
}

const texts = [unbroken, spaced] as const;
let things: readonly LongThings[] = [];

test.beforeAll(async () => {
  // One after another: each looks for the newest alert.
  things = [await createLongThings(unbroken), await createLongThings(spaced)];
});
test.afterAll(async () => {
  for (const each of things) await each.remove();
});

test("no list scrolls sideways with the longest texts, with and without spaces, and what is cut can be read", async ({
  page,
}) => {
  for (const text of texts) await saveView(page, text(80));
  for (const path of lists) await expectFits(page, path);
});

test("no page of one item scrolls sideways with the longest texts, with and without spaces", async ({
  page,
}) => {
  for (const { paths, filledForm } of things)
    for (const path of [...Object.values(paths), filledForm]) await expectFits(page, path);
  // The newest entries are about what was made.
  await page.goto("/audit");
  const links = page.getByRole("table").getByRole("link");
  const paths = await links.evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  for (const path of paths.slice(0, 12)) await expectFits(page, path ?? "");
});

async function saveView(page: Page, name: string): Promise<void> {
  // Filters that are a saved view already show its name.
  await page.goto(`/audit?ip=10.${randomInt(256)}.0.0/16`);
  await hydrated(page);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Save this view" }).click();
  const dialog = page.getByRole("dialog", { name: "Save this view" });
  await dialog.getByRole("textbox", { name: /^Name/ }).fill(name);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
}
