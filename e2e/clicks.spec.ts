import type { Page } from "@playwright/test";
import { createIdentity, type Certificate } from "@/e2e/support/api";
import { createTestService, requestWithCertificate } from "@/e2e/support/client";
import { createCsr } from "@/e2e/support/openssl";
import { openPalette } from "@/e2e/support/palette";
import { raiseAlert } from "@/e2e/support/raise-alert";
import { expect, test } from "@/e2e/support/test";
import { adminApi, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

/** Counts every click that a person would make, over all pages, from the overview on. */
async function openCounted(page: Page): Promise<() => Promise<number>> {
  let clicks = 0;
  await page.exposeFunction("countClick", () => {
    clicks += 1;
  });
  await page.addInitScript(() => {
    addEventListener(
      "pointerdown",
      () => {
        void (globalThis as unknown as { countClick: () => Promise<void> }).countClick();
      },
      { capture: true },
    );
  });
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  return () => Promise.resolve(clicks);
}

const navigate = (page: Page, name: string) =>
  page.getByRole("complementary", { name: "Navigation" }).getByRole("link", { name }).click();
const download = async (page: Page, click: () => Promise<void>): Promise<string> => {
  const [file] = await Promise.all([page.waitForEvent("download"), click()]);
  return file.suggestedFilename();
};
/** Goes to what has this name, as a person who copied it: no click. */
async function findByKeyboard(page: Page, name: string): Promise<void> {
  await openPalette(page);
  await page.getByRole("combobox", { name: /Search or run/ }).fill(name);
  await expect(page.getByRole("option", { name: new RegExp(name) }).first()).toBeVisible();
  await page.keyboard.press("Enter");
}
const csrField = (page: Page) =>
  page.getByRole("textbox", { name: /^(Certificate signing request|CSR)/ });

let made = 0;
/** A certificate of an identity of its own. */
async function issue(): Promise<Certificate & { name: string }> {
  const name = `clicks-${Date.now()}-${(made += 1)}.example.com`;
  const identity = await createIdentity(adminApi(), "clicks");
  const { pem: csr } = await createCsr([name]);
  const { body } = await adminApi().post<Certificate>("/certificates", {
    profile: "tls-server",
    identity,
    csr,
  });
  return { ...body, name };
}

const bar = (page: Page) => page.getByRole("region", { name: "Selected rows" });

test("five certificates of one identity are revoked with at most 5 clicks", async ({ page }) => {
  const identity = await createIdentity(adminApi(), "clicked");
  for (let n = 1; n <= 5; n += 1) {
    const { pem: csr } = await createCsr([`clicked-${n}.example.com`]);
    await adminApi().post("/certificates", { profile: "tls-server", identity, csr });
  }
  const clicks = await openCounted(page);
  await navigate(page, "Identities");
  await page.getByRole("link", { name: /^clicked / }).click();
  await page.getByRole("button", { name: "Revoke all 5 valid" }).click();
  const word = page.getByRole("textbox", { name: "Type revoke 5 to continue" });
  // Typing isn't counted, and the field has the focus by keyboard.
  await word.fill("revoke 5");
  await page.getByRole("radio", { name: "Superseded" }).check();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Finished" })).toBeVisible();
  expect(await clicks()).toBeLessThanOrEqual(5);
});

test("what expires in the next 60 days is listed with at most 2 clicks, and nothing else", async ({
  page,
}) => {
  const identity = await createIdentity(adminApi(), "sixty");
  const day = 86_400;
  for (const days of [59, 63]) {
    const { pem: csr } = await createCsr([`in-${days}.sixty.example.com`]);
    const input = { profile: "tls-server", identity, csr, validitySeconds: days * day };
    expect((await adminApi().post("/certificates", input)).status).toBe(201);
  }
  const clicks = await openCounted(page);
  await navigate(page, "Certificates");
  await page.getByRole("link", { name: "60 days" }).click();
  await expect(page.getByText("Expires until")).toBeVisible();
  await expect(page.getByRole("link", { name: /in-59\.sixty/ })).toBeVisible();
  await expect(page.getByRole("link", { name: /in-63\.sixty/ })).toHaveCount(0);
  expect(await clicks()).toBeLessThanOrEqual(2);
});

test("16 alerts are acknowledged with at most 3 clicks", async ({ page }) => {
  test.setTimeout(240_000);
  for (let n = 1; n <= 16; n += 1) {
    const service = await createTestService(adminApi(), `alarm ${n}`);
    await adminApi().post(`/certificates/${service.certificateId}/revoke`, {
      reason: "keyCompromise",
    });
    expect((await requestWithCertificate(service)).code).toBe("certificate.revoked");
  }
  await expect(async () => {
    const { body } = await adminApi().get<{ items: unknown[] }>("/alerts?status=open&limit=200");
    expect(body.items.length).toBeGreaterThanOrEqual(16);
  }).toPass({ timeout: 120_000 });
  const clicks = await openCounted(page);
  await navigate(page, "Alerts");
  await page.getByRole("checkbox", { name: "Select all rows on this page" }).check();
  await bar(page).getByRole("button", { name: "Acknowledge" }).click();
  await expect(
    page.getByRole("region", { name: "Messages" }).getByText(/alerts? acknowledged/),
  ).toBeVisible();
  expect(await clicks()).toBeLessThanOrEqual(3);
});

test("the inventory is a CSV file after at most 3 clicks", async ({ page }) => {
  const clicks = await openCounted(page);
  await navigate(page, "Certificates");
  await page.getByRole("button", { name: "Export" }).click();
  await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download CSV" }).click(),
  ]);
  expect(await clicks()).toBeLessThanOrEqual(3);
});

test("a certificate is issued from a CSR for a known identity and downloaded with at most 4 clicks", async ({
  page,
}) => {
  const holder = `known ${Date.now()}`;
  await createIdentity(adminApi(), holder);
  const { pem } = await createCsr(["four.clicks.example.com"]);
  const clicks = await openCounted(page);
  await page.getByRole("link", { name: "Issue certificate" }).click();
  await csrField(page).fill(pem);
  await page.getByRole("combobox", { name: "Identity" }).fill(holder);
  await page.getByRole("option", { name: new RegExp(`^${holder}`) }).click();
  await page.getByRole("button", { name: "Add 1 name and issue" }).click();
  const file = await download(page, () =>
    page.getByRole("link", { name: "PEM", exact: true }).click(),
  );
  expect(file).toMatch(/\.pem$/);
  expect(await clicks()).toBeLessThanOrEqual(4);
});

test("a certificate whose serial number was copied, as openssl prints it, is revoked with at most 3 clicks", async ({
  page,
}) => {
  const { id, serial, name } = await issue();
  const clicks = await openCounted(page);
  await openPalette(page);
  await page
    .getByRole("combobox", { name: /Search or run/ })
    .fill(serial.toUpperCase().replace(/(..)(?=.)/g, "$1:"));
  await expect(page.getByRole("option", { name: new RegExp(name) })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Revoke" }).click();
  const dialog = page.getByRole("dialog", { name: /^Revoke/ });
  await dialog.getByRole("radio", { name: "Superseded" }).check();
  await dialog.getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("status").getByText("Revoked.")).toBeVisible();
  expect((await adminApi().get<Certificate>(`/certificates/${id}`)).body.status).toBe("revoked");
  expect(await clicks()).toBeLessThanOrEqual(3);
});

test("a certificate is rotated with a CSR with at most 4 clicks", async ({ page }) => {
  const { id, name } = await issue();
  const { pem } = await createCsr([name]);
  const clicks = await openCounted(page);
  await navigate(page, "Certificates");
  await page.getByRole("link", { name }).click();
  await page.getByRole("button", { name: "Rotate" }).click();
  await csrField(page).fill(pem);
  await page.getByRole("dialog").getByRole("button", { name: "Rotate" }).click();
  await expect(page.getByRole("link", { name: "View predecessor" })).toBeVisible();
  expect(
    (await adminApi().get<Certificate>(`/certificates/${id}`)).body.successorId,
  ).not.toBeNull();
  expect(await clicks()).toBeLessThanOrEqual(4);
});

test("an alert is acknowledged with at most 2 clicks", async ({ page }) => {
  await raiseAlert("one click");
  const clicks = await openCounted(page);
  await navigate(page, "Alerts");
  await page
    .getByRole("row", { name: /one-click-/ })
    .getByRole("button", { name: /^Acknowledge/ })
    .click();
  await expect(
    page.getByRole("region", { name: "Messages" }).getByText(/[Aa]cknowledged/),
  ).toBeVisible();
  expect(await clicks()).toBeLessThanOrEqual(2);
});

test("all revocations of this quarter are a CSV file after at most 7 clicks", async ({ page }) => {
  const { id } = await issue();
  await adminApi().post(`/certificates/${id}/revoke`, { reason: "superseded" });
  const clicks = await openCounted(page);
  await navigate(page, "Audit log");
  await page.getByRole("button", { name: "Action: Any action" }).click();
  await page.getByRole("combobox", { name: "Action" }).fill("certificate revoked");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/action=certificate\.revoked/);
  await page.getByRole("combobox", { name: "Period" }).selectOption("This quarter");
  await expect(page).toHaveURL(/period=this-quarter/);
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export" });
  await dialog.getByRole("radio", { name: "CSV" }).check();
  const file = await download(page, () =>
    dialog.getByRole("button", { name: "Export", exact: true }).click(),
  );
  expect(file).toMatch(/\.csv$/);
  // A list of the browser opens with one click and takes another, which no page sees.
  const clicksInList = 2;
  expect((await clicks()) + clicksInList).toBeLessThanOrEqual(7);
});

test("an entry is proven in the browser after at most 2 clicks", async ({ page }) => {
  await issue();
  const clicks = await openCounted(page);
  await navigate(page, "Audit log");
  await page.getByRole("table", { name: "Entries" }).getByRole("link").first().click();
  await expect(
    page.getByRole("status").filter({ hasText: /Signed by the log only|Witnessed/ }),
  ).toBeVisible();
  expect(await clicks()).toBeLessThanOrEqual(2);
});

test("the root certificate is downloaded with at most 2 clicks", async ({ page }) => {
  const clicks = await openCounted(page);
  await page.getByRole("link", { name: / Root CA$/ }).click();
  await expect(page.getByRole("heading", { name: / Root CA$/, level: 1 })).toBeVisible();
  const file = await download(page, () =>
    page.getByRole("link", { name: "Download", exact: true }).click(),
  );
  expect(file).toMatch(/^root\.pem$/);
  expect(await clicks()).toBeLessThanOrEqual(2);
});

test("a token is created and copied with at most 4 clicks", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const clicks = await openCounted(page);
  await navigate(page, "API tokens");
  await page.getByRole("button", { name: "Create API token" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill(`clicks ${Date.now()}`);
  await dialog.getByRole("button", { name: "Create token" }).click();
  await dialog.getByRole("button", { name: /^Copy/ }).first().click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^chy_/);
  expect(await clicks()).toBeLessThanOrEqual(4);
});

test("an old certificate whose name is known is downloaded again with 1 click", async ({
  page,
}) => {
  const { name } = await issue();
  const clicks = await openCounted(page);
  await findByKeyboard(page, name);
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  await expect(page.getByRole("link", { name: "Download", exact: true })).toBeInViewport();
  const file = await download(page, () =>
    page.getByRole("link", { name: "Download", exact: true }).click(),
  );
  expect(file).toMatch(/\.pem$/);
  expect(await clicks()).toBeLessThanOrEqual(1);
});
