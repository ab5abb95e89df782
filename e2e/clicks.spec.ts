import type { Page } from "@playwright/test";
import { createIdentity } from "@/e2e/support/api";
import { createTestService, requestWithCertificate } from "@/e2e/support/client";
import { createCsr } from "@/e2e/support/openssl";
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
