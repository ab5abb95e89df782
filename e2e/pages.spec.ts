import type { Page } from "@playwright/test";
import { createIdentity, type Certificate } from "@/e2e/support/api";
import {
  consoleRoutes,
  isRouteOfItems,
  movedPages,
  signedOutRoutes,
  variants,
} from "@/e2e/support/console-pages";
import { createLongThings, spaced, type LongThings } from "@/e2e/support/long-things";
import { createCsr } from "@/e2e/support/openssl";
import { checkAppearance, desktopViewport, phoneViewport } from "@/e2e/support/look";
import { takePicture } from "@/e2e/support/picture";
import {
  findAxeViolations,
  expect,
  waitForAnimations,
  horizontalOverflow,
  test,
} from "@/e2e/support/test";
import { adminApi, stateOf, openAnonymousPage } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });

let things: LongThings;
test.beforeAll(async () => {
  things = await createLongThings(spaced);
});
test.afterAll(() => things.remove());

const pathOf = (route: string): string => {
  const path = isRouteOfItems(route) ? things.paths[route] : route;
  if (path === undefined) throw new Error(`createLongThings makes nothing for ${route}.`);
  return path;
};

const nameOf = (path: string): string =>
  path === "/" ? "overview" : path.replaceAll(/[^a-z0-9]+/gi, "-").replaceAll(/^-|-$/g, "");

/** What fits into which width is the matter of long-texts.spec.ts, with the longest texts. */
async function expectAccessible(page: Page, route: string): Promise<void> {
  for (const [look, colorScheme, viewport, rules] of [
    ["light", "light", desktopViewport, "all"],
    ["dark", "dark", desktopViewport, "contrast"],
    ["phone", "dark", phoneViewport, "phone"],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    await waitForAnimations(page);
    expect.soft(await findAxeViolations(page, rules), `${route}, ${look}`).toEqual([]);
    await takePicture(page, `${nameOf(route)}-${look}`);
  }
}

test("the setup makes something for every page of one item, and for no other", () => {
  expect(Object.keys(things.paths).toSorted()).toEqual(consoleRoutes.filter(isRouteOfItems));
});

for (const route of [...consoleRoutes, ...variants]) {
  test(`${route} has no axe violations, light or dark, at 1280 and 360 px`, async ({ page }) => {
    await page.goto(pathOf(route));
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectAccessible(page, route);
  });
}

for (const [from, to] of Object.entries(movedPages)) {
  test(`${from} leads to ${to}`, async ({ page }) => {
    await page.goto(from);
    await expect(page).toHaveURL(to);
  });
}

for (const route of signedOutRoutes) {
  test(`${route}, without a session, has no axe violations, light or dark, and fits into 360 px`, async ({
    browser,
  }) => {
    const page = await openAnonymousPage(browser);
    await page.goto(route);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await checkAppearance(page, nameOf(route));
    await page.context().close();
  });
}

test("the not-found page has no axe violations", async ({ page, complaints }) => {
  complaints.allow(/status of 404/);
  await page.goto("/certificates/crt_nothing");
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await checkAppearance(page, "not-found");
});

// All pages of the API reference are made of the same parts: axe looks at these, and none is longer.
for (const address of ["/docs/api", "/docs/api?q=serial", "/docs/api/tokens"]) {
  test(`${address} has no axe violations, light or dark`, async ({ page }) => {
    await page.goto(address);
    await checkAppearance(page, nameOf(address));
  });
}

test("no page of the API reference scrolls sideways at 360 px", async ({ page }) => {
  await page.goto("/docs/api");
  const nouns = page.getByRole("navigation").getByRole("link", { name: /^(?!Chancery)/ });
  const addresses = await nouns.evaluateAll((links) =>
    links.map((link) => link.getAttribute("href") ?? ""),
  );
  expect(addresses.length).toBeGreaterThan(10);
  await page.setViewportSize(phoneViewport);
  for (const address of addresses) {
    await page.goto(address);
    await expect.poll(() => horizontalOverflow(page), { message: address }).toBeLessThanOrEqual(0);
    await takePicture(page, `${nameOf(address)}-phone`);
  }
});

test("a search of the API reference leads to an operation, and an address from before to its entry", async ({
  page,
}) => {
  await page.goto("/docs/api");
  await page.getByRole("searchbox", { name: "Search operations and fields" }).fill("revoke reason");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toContainText("match “revoke reason”");
  await page.getByRole("link", { name: "Revoke a certificate", exact: true }).click();
  const article = page.getByRole("article", { name: "Revoke a certificate", exact: true });
  await expect(article).toBeInViewport();
  const id = new URL(page.url()).hash;
  await page.goto(`/docs/api${id}`);
  await expect(page.locator(id)).toBeInViewport();
  await page.locator(id).getByRole("link").click();
  await expect(article).toBeInViewport();
});

/** A valid one: that of the setup is revoked. */
async function issueCertificate(): Promise<string> {
  const identity = await createIdentity(adminApi(), "dialogs");
  const { pem: csr } = await createCsr(["dialogs.example.com"]);
  const input = { profile: "tls-server", identity, csr };
  return (await adminApi().post<Certificate>("/certificates", input)).body.id;
}

test("findings, dialogs, menus and the palette have no axe violations", async ({ page }) => {
  await page.goto(things.filledForm);
  await page
    .getByRole("textbox", { name: /^Certificate signing request/ })
    .fill((await createCsr(["weak.example.net"], "rsa:1024")).pem);
  await expect(page.getByText(/Can't be issued/)).toBeVisible();
  await checkAppearance(page, "findings");
  await page.goto(`/certificates/${await issueCertificate()}`);
  await expect(page.getByRole("button", { name: "Rotate" })).toBeVisible();
  await checkAppearance(page, "certificate-valid");
  for (const name of ["Rotate", "Revoke", "Put on hold"]) {
    await page.getByRole("button", { name }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await checkAppearance(page, `dialog-${name.toLowerCase().replaceAll(" ", "-")}`);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
  }
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog")).toBeVisible();
  await checkAppearance(page, "palette");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Account/ }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await waitForAnimations(page);
  expect(await findAxeViolations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.setViewportSize(phoneViewport);
  await page.getByRole("button", { name: "Open navigation" }).click();
  await expect(page.getByRole("dialog").getByRole("link", { name: "Profiles" })).toBeVisible();
  await waitForAnimations(page);
  expect(await findAxeViolations(page)).toEqual([]);
  await takePicture(page, "navigation-phone");
});
