import { readFileSync } from "node:fs";
import { createIdentity } from "@/e2e/support/api";
import { checkAppearance } from "@/e2e/support/look";
import { createCsr } from "@/e2e/support/openssl";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });

type Authority = Readonly<{ id: string; slug: string; crl: Readonly<{ number: string }> }>;
const issuing = async () => (await adminApi().get<Authority>("/authorities/issuing")).body;

test("the files of a CA are one click away, and are those that it serves", async ({ page }) => {
  await page.goto("/authorities/issuing");
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download", exact: true }).click(),
  ]);
  expect(readFileSync(await file.path(), "utf8")).toBe(
    await (await fetch(`${chancery.http}/ca/issuing.pem`)).text(),
  );
  await page.getByRole("button", { name: "Other formats" }).click();
  for (const [name, href] of [
    ["Certificate (DER)", "/ca/issuing.cer"],
    ["Chain (PEM)", "/ca/issuing/chain.pem"],
    ["CRL (DER)", "/crl/issuing.crl"],
  ] as const)
    await expect(page.getByRole("menuitem", { name })).toHaveAttribute("href", href);
  await checkAppearance(page, "authority-files");
  await page.keyboard.press("Escape");
  await page.goto("/authorities/root");
  await page.getByRole("button", { name: "Other formats" }).click();
  await expect(page.getByRole("menuitem", { name: "Certificate (DER)" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: "Chain (PEM)" })).toHaveCount(0);
});

test("a CRL is published at once, with a receipt, and the next one is newer", async ({ page }) => {
  const before = await issuing();
  await page.goto("/authorities/issuing");
  await page.getByRole("button", { name: "Publish CRL now" }).click();
  await expect(page.getByText("CRL published.")).toBeVisible();
  await page.getByRole("link", { name: /^Entry \d+$/ }).click();
  await expect(page.getByText(/requested a new CRL of/).first()).toBeVisible();
  expect(BigInt((await issuing()).crl.number)).toBeGreaterThan(BigInt(before.crl.number));
});

test("the numbers of a CA lead to lists of exactly so many certificates", async ({ page }) => {
  const api = adminApi();
  const identity = await createIdentity(api, "counted by its CA");
  const { pem } = await createCsr(["counted.ca.example.com"]);
  await api.post("/certificates", { profile: "tls-server", identity, csr: pem });
  const main = page.getByRole("main");
  // Other tests issue certificates meanwhile.
  await expect(async () => {
    await page.goto("/authorities");
    const link = main.getByRole("link", { name: /^[\d,]+ valid$/ }).last();
    const [count = ""] = /^[\d,]+/.exec((await link.textContent()) ?? "") ?? [];
    await link.click();
    await expect(page.getByText(new RegExp(`^${count} certificates? match(es)?\\.$`))).toBeVisible({
      timeout: 5_000,
    });
  }).toPass();
});

test("a CA that replaces another begins with its settings and names what has to change", async ({
  page,
}) => {
  await page.goto("/authorities/issuing");
  const name = (await page.getByRole("heading", { level: 1 }).textContent()) ?? "";
  await page.getByRole("link", { name: "Replace" }).click();
  await expect(page.getByText(`Replaces ${name}`)).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Name" })).toHaveValue(`${name} 2`);
  await expect(page.getByRole("link", { name: "TLS server" })).toBeVisible();
  await expect(page.getByRole("combobox", { name: "Signed by" })).not.toHaveValue("");
  await checkAppearance(page, "authority-replace", { fullPage: true });
  await page.goto("/authorities/new?replaces=ca_none");
  await expect(page.getByRole("textbox", { name: "Name" })).toHaveValue("");
});

test("an operator publishes a CRL and replaces nothing; an auditor does neither", async ({
  browser,
}) => {
  for (const who of ["operator", "auditor"] as const) {
    const context = await browser.newContext({
      storageState: stateOf(who),
      baseURL: chancery.http,
    });
    const page = await context.newPage();
    await page.goto("/authorities/issuing");
    await expect(page.getByRole("link", { name: "Download", exact: true })).toBeVisible();
    await expect(page.getByRole("link", { name: "Replace" })).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Publish CRL now" })).toHaveCount(
      who === "operator" ? 1 : 0,
    );
    await context.close();
  }
});

test("an issuing CA leads to the steps with which its root is trusted", async ({ page }) => {
  await page.goto("/authorities/issuing");
  await page.getByRole("link", { name: "Install this root on your systems" }).click();
  await expect(page.getByRole("heading", { name: "Trust this root" })).toBeInViewport();
});
