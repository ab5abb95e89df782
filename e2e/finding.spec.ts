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
  const { serial } = certificate;
  for (const text of [
    serial.slice(0, 8).replace(/(....)/, "$1 "),
    BigInt(`0x${serial}`).toString(),
    `0x${serial.toUpperCase()}`,
    serial.replace(/(..)(?=.)/g, "$1:"),
    serial.replace(/(..)(?=.)/g, "$1 "),
  ]) {
    await search.fill(text);
    await expect(page).toHaveURL((url) => url.searchParams.get("q") === text);
    await expect(page.getByText("1 certificate matches.")).toBeVisible();
    await expect(link).toBeVisible();
  }
  await page.getByLabel("Kind").selectOption("Device");
  await expect(page.getByText("No certificates match")).toBeVisible();
  await checkAppearance(page, "certificates-search-none");
  await page.getByLabel("Kind").selectOption("Service");
  await expect(page).toHaveURL(/kind=service/);
  await page.getByLabel("Key").selectOption("ECDSA P-256");
  await expect(link).toBeVisible();
  await checkAppearance(page, "certificates-search");
});

test("Chancery's own certificates are hidden until they are asked for, in the list, its export and its counts", async ({
  page,
}) => {
  const countOf = async () =>
    Number(
      /^([\d,]+) certificates? match/.exec(
        await page.locator("h1 ~ p, header p").first().innerText(),
      )?.[1],
    );
  await page.goto("/");
  const valid = page.getByRole("link", { name: /^Valid/ });
  const shown = Number((await valid.innerText()).match(/\d+/)?.[0]);
  await valid.click();
  await expect(page).toHaveURL(/state=valid/);
  await expect(page.getByText(/certificates? match/)).toBeVisible();
  expect(await countOf()).toBe(shown);
  const own = page.getByRole("link", { name: "Chancery’s own", exact: true });
  await own.click();
  await expect(page).toHaveURL(/own=include/);
  await expect(own).toHaveAttribute("aria-current", "true");
  await expect.poll(countOf).toBeGreaterThan(shown);
  await own.click();
  await expect(page).not.toHaveURL(/own=/);
  await expect.poll(countOf).toBe(shown);
  const exported = await page.evaluate(async () => {
    const all = await fetch("/certificates/export?format=csv");
    const withOwn = await fetch("/certificates/export?format=csv&own=include");
    return [await all.text(), await withOwn.text()] as const;
  });
  expect(exported[0]).not.toContain('"system"');
  expect(exported[1]).toContain('"system"');
  await page.goto("/certificates?q=nothing-has-this-name");
  await page.getByRole("link", { name: "Search Chancery’s own certificates too" }).click();
  await expect(page).toHaveURL(/own=include/);
});

test("owner, dates of expiration and never used narrow the list, and wrong dates are refused at their field", async ({
  page,
}) => {
  await page.goto("/certificates?q=ledger.search.example.com");
  await page.getByRole("button", { name: "More filters" }).click();
  const dialog = page.getByRole("dialog", { name: "Filter certificates" });
  await dialog.getByLabel("Owner").fill("@EXAMPLE");
  await dialog.getByLabel("Expires from").fill("2026-02-30");
  await dialog.getByLabel("Expires until").fill("30.11.2026");
  await dialog.getByRole("button", { name: "Apply filters" }).click();
  await expect(dialog.getByText("Enter a date, such as 2026-11-30.")).toHaveCount(2);
  await checkAppearance(page, "certificates-more-filters");
  await dialog.getByLabel("Expires from").fill("2031-01-02");
  await dialog.getByLabel("Expires until").fill("2031-01-01");
  await dialog.getByRole("button", { name: "Apply filters" }).click();
  await expect(dialog.getByText("Enter a date that is not before the first one.")).toBeVisible();
  await dialog.getByLabel("Expires from").fill("2020-01-01");
  await dialog.getByLabel("Expires until").fill("2099-12-31");
  await dialog.getByRole("button", { name: "Apply filters" }).click();
  await expect(page.getByText("1 certificate matches.")).toBeVisible();
  for (const text of ["Expires from", "2020-01-01", "Expires until", "2099-12-31", "@EXAMPLE"])
    await expect(
      page.getByRole("group", { name: "State" }).getByText(text, { exact: true }),
    ).toBeVisible();
  await checkAppearance(page, "certificates-filtered");
  await page.getByRole("button", { name: "More filters" }).click();
  await dialog.getByLabel("Expires until").fill("2020-01-01");
  await dialog.getByRole("button", { name: "Apply filters" }).click();
  await expect(page.getByText("No certificates match")).toBeVisible();
  await page.goto("/certificates");
  await page.getByRole("link", { name: "Never used" }).click();
  await expect(page).toHaveURL(/state=valid&use=never|use=never&state=valid/);
  await expect(page.getByRole("link", { name: "ledger.search.example.com" })).toHaveCount(0);
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
