import { createIdentity, type Certificate } from "@/e2e/support/api";
import { checkAppearance } from "@/e2e/support/look";
import { createCsr } from "@/e2e/support/openssl";
import { openPalette } from "@/e2e/support/palette";
import { expect, test } from "@/e2e/support/test";
import { adminApi, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });

let certificate: Certificate,
  identity = "";
test.beforeAll(async () => {
  identity = await createIdentity(adminApi(), "Łukasz searching");
  const { pem } = await createCsr(["ledger.search.example.com"]);
  const { body } = await adminApi().post<Certificate>("/certificates", {
    profile: "tls-server",
    identity,
    csr: pem,
  });
  certificate = body;
});

test("a list is searched by parts of names in any writing, and narrowed by kind and key", async ({
  page,
}) => {
  await page.goto("/certificates");
  const search = page.getByRole("searchbox", { name: "Search certificates" });
  const link = page.getByRole("link", { name: "ledger.search.example.com" });
  for (const text of ["LUKASZ", "łukasz", "edger.sear", "searching ledger"]) {
    await search.fill(text);
    await expect(page).toHaveURL((url) => url.searchParams.get("q") === text);
    await expect(page.getByText("1 certificate matches.")).toBeVisible();
    await expect(link).toBeVisible();
  }
  await search.fill(certificate.serial.slice(0, 8).replace(/(....)/, "$1 "));
  await expect(page.getByText("1 certificate matches.")).toBeVisible();
  await expect(link).toBeVisible();
  await page.getByLabel("Kind").selectOption("Device");
  await expect(page.getByText("No certificates match")).toBeVisible();
  await checkAppearance(page, "certificates-search-none");
  await page.getByLabel("Kind").selectOption("Service");
  await expect(page).toHaveURL(/kind=service/);
  await page.getByLabel("Key").selectOption("ECDSA P-256");
  await expect(link).toBeVisible();
  await checkAppearance(page, "certificates-search");
});

test("the palette finds everything that has a name or number, the exact one first", async ({
  page,
}) => {
  await page.goto("/");
  const first = page.getByRole("option").first();
  const searches = [
    ["lukasz searching", "Łukasz searching"],
    [identity, "Łukasz searching"],
    [certificate.serial.slice(0, 16), "ledger.search.example.com"],
    ["tls-server", "TLS server"],
    ["admin@example.com", "admin@example.com"],
    ["12", "Entry 12"],
    ["root", /Root/],
  ] as const;
  for (const [text, wanted] of searches) {
    await openPalette(page);
    await page.keyboard.insertText(text);
    if (text.length > 1) await expect(first).toContainText(wanted);
    await expect(page.getByText(/^No results/)).toBeHidden();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
  }
  await openPalette(page);
  await page.keyboard.insertText("nothing-has-this-name");
  await expect(page.getByText("No results for “nothing-has-this-name”.")).toBeVisible();
  await checkAppearance(page, "palette-nothing");
});

test("the palette runs what the open page offers, and changes the theme", async ({ page }) => {
  await page.goto(`/certificates/${certificate.id}`);
  await openPalette(page);
  await expect(page.getByRole("group", { name: "On this page" })).toBeVisible();
  await checkAppearance(page, "palette-page");
  await page.keyboard.insertText("revoke");
  await expect(page.getByRole("option", { name: /^Revoke/ })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: /^Revoke/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await openPalette(page);
  await page.keyboard.insertText("dark");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});
