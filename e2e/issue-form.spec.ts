import type { Page } from "@playwright/test";
import { createCsr } from "@/e2e/support/openssl";
import { checkAppearance } from "@/e2e/support/look";
import { expect, test } from "@/e2e/support/test";
import { adminApi, adminToken, chancery, stateOf } from "@/e2e/support/world";
import { createIdentity } from "@/e2e/support/api";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

const csrField = /^Certificate signing request/;
const day = 86_400_000;

/** The labels and texts of a card: what it shows, line by line. */
const linesOf = async (page: Page, card: string): Promise<string> =>
  (await page.locator("section", { has: page.getByRole("heading", { name: card }) }).innerText())
    .replace(/\s+/g, " ")
    .trim();

let holder = "";
let made = 0;
test.beforeAll(async () => {
  holder = `forms ${Date.now()}`;
  await createIdentity(adminApi(), holder);
});

async function open(page: Page): Promise<string> {
  const name = `form-${(made += 1)}.example.com`;
  const { pem } = await createCsr([name]);
  await page.goto("/certificates/new");
  await page.getByRole("textbox", { name: csrField }).fill(pem);
  await page.getByRole("combobox", { name: "Identity" }).fill(holder);
  await page.getByRole("option", { name: new RegExp(`^${holder}`) }).click();
  await expect(page.getByText("Ready to issue.")).toBeVisible();
  return name;
}

const lifetime = (page: Page) => page.getByRole("textbox", { name: "Lifetime" });
const button = (page: Page) => page.getByRole("button", { name: /issue$|^Issue certificate$/ });

/** Issues, and returns the certificate as the API has it and what the preview showed. */
async function issue(page: Page) {
  await expect(page.getByText("Ready to issue.")).toBeVisible();
  const shown = await linesOf(page, "What will be signed");
  const expires = await page
    .locator("section", { has: page.getByRole("heading", { name: "What will be signed" }) })
    .getByText("Expires")
    .locator("xpath=following::time[1]")
    .getAttribute("datetime");
  await button(page).click();
  await expect(page.getByText(/^Issued\./)).toBeVisible();
  const href = await page.getByRole("link", { name: "View certificate" }).getAttribute("href");
  const { body } = await adminApi().get<{ notBefore: string; notAfter: string }>(href ?? "");
  return { ...body, shown, expires: expires ?? "" };
}

for (const [typed, days] of [
  ["6 months", 180],
  ["30", 30],
  ["90d", 90],
  ["2 weeks", 14],
  ["1 day 6 hours", 1.25],
] as const)
  test(`a lifetime of "${typed}" typed over "1 year" is what is shown and what is signed`, async ({
    page,
  }) => {
    await open(page);
    await lifetime(page).fill("1 year");
    await lifetime(page).fill(typed);
    const { notAfter, expires } = await issue(page);
    // The preview is at most minutes older than the certificate.
    expect(Math.abs(Date.parse(notAfter) - Date.now() - days * day)).toBeLessThan(300_000);
    expect(Math.abs(Date.parse(notAfter) - Date.parse(expires))).toBeLessThan(300_000);
  });

test("a date is the last day of the certificate, to the second", async ({ page }) => {
  await open(page);
  const date = new Date(Date.now() + 40 * day).toISOString().slice(0, 10);
  await lifetime(page).fill(date);
  const { notAfter, expires } = await issue(page);
  expect(notAfter).toBe(`${date}T23:59:59Z`);
  expect(expires).toBe(`${date}T23:59:59Z`);
});

for (const typed of ["soon", "6 moons", "-3 days", "2027-02-30", "0"])
  test(`nothing can be issued while the lifetime is "${typed}", and no preview of another one is shown`, async ({
    page,
  }) => {
    await open(page);
    await lifetime(page).fill("1 year");
    await lifetime(page).fill(typed);
    await expect(lifetime(page)).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByText("Fix the lifetime", { exact: true })).toBeVisible();
    await expect(page.getByText("Ready to issue.")).toBeHidden();
    await expect(button(page)).toHaveAttribute("aria-disabled", "true");
    await button(page).click({ force: true });
    await lifetime(page).press("Enter");
    await expect(page.getByRole("link", { name: "View certificate" })).toBeHidden();
    if (typed === "soon") await checkAppearance(page, "issue-lifetime-unreadable");
    await lifetime(page).fill("");
    await expect(page.getByText("Ready to issue.")).toBeVisible();
  });

test("another profile starts with its own lifetime, in the field, the preview and the certificate", async ({
  page,
}) => {
  await open(page);
  await lifetime(page).fill("1 day");
  await expect(page.getByText("Ready to issue.")).toBeVisible();
  const profile = page.getByRole("combobox", { name: "Profile" });
  const first = await profile.inputValue();
  const other = (
    await profile
      .locator("option")
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value))
  ).find((value) => value !== first);
  await profile.selectOption(other ?? "");
  await expect(lifetime(page)).toHaveValue("");
  await profile.selectOption(first);
  await expect(lifetime(page)).toHaveValue("");
  const placeholder = (await lifetime(page).getAttribute("placeholder")) ?? "";
  const { notAfter } = await issue(page);
  const [, count = "", unit = ""] = /^(\d+) (hour|day|year)s?$/.exec(placeholder) ?? [];
  const expected = Number(count) * ({ hour: 1 / 24, day: 1, year: 365 }[unit] ?? Number.NaN);
  expect(Math.abs(Date.parse(notAfter) - Date.now() - expected * day)).toBeLessThan(300_000);
});

test("a lifetime beyond the profile is said at its field, and what the message proposes is accepted", async ({
  page,
}) => {
  await open(page);
  await lifetime(page).fill("20 years");
  await expect(lifetime(page)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText(/Can't be issued/)).toBeVisible();
  const [, proposed = ""] = /Request at most (\d+ d)/.exec(await page.content()) ?? [];
  await lifetime(page).fill(proposed);
  await expect(page.getByText("Ready to issue.")).toBeVisible();
});

test("an edit after the preview blocks the button until the new preview is there", async ({
  page,
}) => {
  await open(page);
  // The answer to the next preview is kept back, as on a slow line.
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/certificates/new", async (route) => {
    await held;
    await route.continue();
  });
  await lifetime(page).fill("5 days");
  await expect(button(page)).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByText("Checking the request…").first()).toBeVisible();
  await expect(page.getByText("Ready to issue.")).toBeHidden();
  await button(page).click({ force: true });
  release();
  // Without waiting, the request that is just let go would be let go twice.
  await page.unrouteAll({ behavior: "wait" });
  const { notAfter } = await issue(page);
  expect(Math.abs(Date.parse(notAfter) - Date.now() - 5 * day)).toBeLessThan(300_000);
});

test("a profile that changes after the preview is refused, shown again, and then issued", async ({
  page,
}) => {
  await open(page);
  const api = adminApi();
  const slug = await page.getByRole("combobox", { name: "Profile" }).inputValue();
  type Profile = { name: string; version: number; rules: { validitySecondsDefault: number } };
  const { body } = await api.get<Profile>(`/profiles/${slug}`);
  const change = (seconds: number, version: number) =>
    fetch(`${chancery.http}/api/v1/profiles/${slug}`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${adminToken()}`, "content-type": "application/json" },
      body: JSON.stringify({
        version,
        rules: { ...body.rules, validitySecondsDefault: seconds },
      }),
    });
  const { status } = await change(11 * 86_400, body.version);
  expect(status).toBe(200);
  await button(page).click();
  await expect(page.getByText("The preview has changed. Nothing was issued.")).toBeVisible();
  const { notAfter } = await issue(page);
  expect(Math.abs(Date.parse(notAfter) - Date.now() - 11 * day)).toBeLessThan(300_000);
  await change(body.rules.validitySecondsDefault, body.version + 1);
});
