import { createIdentity, type Certificate, type Page as Items } from "@/e2e/support/api";
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

async function ids() {
  const api = adminApi();
  const first = async (path: string) =>
    (await api.get<Items<{ id: string }>>(path)).body.items[0]?.id ?? "";
  return { authority: await first("/authorities"), profile: await first("/profiles") };
}

let certificate: Certificate,
  identity = "";
test.beforeAll(async () => {
  identity = await createIdentity(
    adminApi(),
    "a service with a rather long name that is cut somewhere",
  );
  const { pem } = await createCsr(["a-rather-long-name.that-has-to-be-cut.somewhere.example.com"]);
  certificate = (
    await adminApi().post<Certificate>("/certificates", {
      profile: "tls-server",
      identity,
      csr: pem,
    })
  ).body;
});

const pages: readonly (readonly [name: string, path: () => string | Promise<string>])[] = [
  ["overview", () => "/"],
  ["certificates", () => "/certificates"],
  ["certificates-none", () => "/certificates?q=nothing-has-this-name"],
  ["certificate", () => `/certificates/${certificate.id}`],
  ["issue", () => `/certificates/new?identity=${identity}`],
  ["identities", () => "/identities"],
  ["identities-holder", () => "/identities?holds=*.somewhere.example.com"],
  ["identities-no-holder", () => "/identities?holds=held-by-none.example.com"],
  ["identity", () => `/identities/${identity}`],
  ["identity-new", () => "/identities/new"],
  ["authorities", () => "/authorities"],
  ["authority", async () => `/authorities/${(await ids()).authority}`],
  ["authority-new", () => "/authorities/new"],
  ["profiles", () => "/profiles"],
  ["profile", async () => `/profiles/${(await ids()).profile}`],
  ["profile-edit", async () => `/profiles/${(await ids()).profile}/edit`],
  ["profile-new", () => "/profiles/new"],
  ["audit", () => "/audit"],
  ["audit-filtered", () => "/audit?ip=127.0.0.0/8&outcome=denied&reads=include"],
  ["entry", () => "/audit/3"],
  ["views", () => "/views"],
  ["users", () => "/settings/users"],
  ["tokens", () => "/settings/tokens"],
  ["account", () => "/settings/account"],
];

for (const [name, path] of pages) {
  test(`${name} has no axe violations, light or dark, and fits into 360 px`, async ({ page }) => {
    await page.goto(await path());
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await checkAppearance(page, name);
  });
}

test("the not-found page has no axe violations", async ({ page, complaints }) => {
  complaints.allow(/status of 404/);
  await page.goto("/certificates/crt_nothing");
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  await checkAppearance(page, "not-found");
});

test("no page of the API reference has axe violations", async ({ page }) => {
  await page.goto("/docs/api");
  const nouns = page.getByRole("navigation").getByRole("link", { name: /^(?!Chancery)/ });
  const addresses = await nouns.evaluateAll((links) =>
    links.map((link) => link.getAttribute("href") ?? ""),
  );
  expect(addresses.length).toBeGreaterThan(10);
  const nameOf = (address: string) => address.slice("/docs/api".length).replaceAll(/\W/g, "-");
  for (const address of ["/docs/api", "/docs/api?q=serial", ...addresses]) {
    await page.goto(address);
    expect.soft(await findAxeViolations(page), address).toEqual([]); // the longest pages: in one scheme
    await page.setViewportSize(phoneViewport);
    await expect.poll(() => horizontalOverflow(page), { message: address }).toBeLessThanOrEqual(0);
    await takePicture(page, `api-reference${nameOf(address)}-phone`);
    await page.setViewportSize(desktopViewport);
    await takePicture(page, `api-reference${nameOf(address)}`);
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

test("the sign-in has no axe violations", async ({ browser }) => {
  const page = await openAnonymousPage(browser);
  await page.goto("/sign-in");
  await checkAppearance(page, "sign-in");
  await page.context().close();
});

test("findings, dialogs, menus and the palette have no axe violations", async ({ page }) => {
  await page.goto(`/certificates/new?identity=${identity}`);
  await page
    .getByRole("textbox", { name: /^Certificate signing request/ })
    .fill((await createCsr(["weak.example.net"], "rsa:1024")).pem);
  await expect(page.getByText(/Can't be issued/)).toBeVisible();
  await checkAppearance(page, "findings");
  await page.goto(`/certificates/${certificate.id}`);
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
