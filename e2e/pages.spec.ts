import { makeIdentity, type Certificate, type Page as Items } from "./support/api";
import { makeRequest } from "./support/openssl";
import { looksWell, phone } from "./support/look";
import { axe, expect, settled, sidewaysScroll, test } from "./support/test";
import { adminApi, stateOf, strangersPage } from "./support/world";

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
  identity = await makeIdentity(
    adminApi(),
    "a service with a rather long name that has to be cut somewhere",
  );
  const { pem } = await makeRequest([
    "a-rather-long-name.that-has-to-be-cut.somewhere.example.com",
  ]);
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
  ["users", () => "/settings/users"],
  ["tokens", () => "/settings/tokens"],
  ["account", () => "/settings/account"],
];

for (const [name, path] of pages) {
  test(`${name} has nothing that axe finds, light or dark, and fits into 360 px`, async ({
    page,
  }) => {
    await page.goto(await path());
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await looksWell(page, name);
  });
}

test("the page of an address that leads nowhere has nothing that axe finds", async ({
  page,
  complaints,
}) => {
  complaints.allow(/status of 404/);
  await page.goto("/certificates/crt_nothing");
  await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
  await looksWell(page, "not-found");
});

test("the API's description has nothing that axe finds", async ({ page }) => {
  test.slow();
  await page.goto("/docs/api");
  expect(await axe(page)).toEqual([]); // once: the page is long, and axe looks at every line of it
  await page.setViewportSize(phone);
  expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
});

test("the sign-in has nothing that axe finds", async ({ browser }) => {
  const page = await strangersPage(browser);
  await page.goto("/sign-in");
  await looksWell(page, "sign-in");
  await page.context().close();
});

test("findings, dialogs, menus and the palette have nothing that axe finds", async ({ page }) => {
  await page.goto(`/certificates/new?identity=${identity}`);
  await page
    .getByRole("textbox", { name: /^Certificate signing request/ })
    .fill((await makeRequest(["weak.example.net"], "rsa:1024")).pem);
  await expect(page.getByText(/This would be refused/)).toBeVisible();
  await looksWell(page, "findings");
  await page.goto(`/certificates/${certificate.id}`);
  for (const name of ["Rotate", "Revoke", "Put on hold"]) {
    await page.getByRole("button", { name }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await looksWell(page, `dialog-${name.toLowerCase().replaceAll(" ", "-")}`);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
  }
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog")).toBeVisible();
  await looksWell(page, "palette");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Account/ }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await settled(page);
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.setViewportSize(phone);
  await page.getByRole("button", { name: "Open the navigation" }).click();
  await expect(page.getByRole("dialog").getByRole("link", { name: "Profiles" })).toBeVisible();
  await settled(page);
  expect(await axe(page)).toEqual([]);
  await page.screenshot({ path: "test-results/pages/navigation-phone.png" });
});
