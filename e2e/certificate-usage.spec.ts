import {
  createRevokedService,
  createTestService,
  requestWithCertificate,
  type TestService,
} from "@/e2e/support/client";
import { checkAppearance } from "@/e2e/support/look";
import { expect, test } from "@/e2e/support/test";
import { adminApi, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });

test("certificate usage shows which identity used which service from which network, what was denied, and what was never used", async ({
  page,
}) => {
  const unused = async () =>
    (await adminApi().get<{ neverUsed: { count: number } }>("/custody")).body.neverUsed.count;
  const uses = page.getByRole("table", { name: "Usage by identity" });
  const usesOf = (service: TestService) =>
    uses.locator(`a[href^="/certificates/${service.certificateId}"]`);
  const revoked = await createRevokedService(adminApi(), "revoked service");
  expect((await requestWithCertificate(revoked)).code).toBe("certificate.revoked");
  // Every use so far is counted before the certificates that were never used are.
  await expect(async () => {
    await page.goto("/custody");
    await expect(usesOf(revoked).first()).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 120_000 });
  const before = await unused(),
    busy = await createTestService(adminApi(), "busy service"),
    idle = await createTestService(adminApi(), "idle service");
  for (let n = 0; n < 5; n++)
    expect(
      (await requestWithCertificate(busy, { from: n < 3 ? "127.0.0.1" : "127.0.44.1" })).status,
    ).toBe(200);
  const ofBusy = usesOf(busy);
  await expect(async () => {
    await page.goto("/custody");
    await expect(ofBusy).toHaveCount(2, { timeout: 500 });
  }).toPass({ timeout: 120_000 });
  await page.getByRole("searchbox", { name: "Filter usage" }).fill("busy 127.0.44");
  await expect(ofBusy).toHaveCount(1);
  await expect(uses.getByRole("row").filter({ hasNotText: "127.0.44.0/24" })).toHaveCount(1); // the head alone
  await expect(
    page.getByRole("table", { name: "Denied requests by reason and service" }),
  ).toContainText("certificate.revoked");
  expect(await unused()).toBe(before + 1);
  await expect(
    page.getByRole("table", { name: "Valid certificates that were never used" }),
  ).not.toContainText(busy.host);
  await page.getByRole("button", { name: "Show as table" }).first().click();
  await expect(
    page
      .getByRole("region", { name: /^Requests allowed/ })
      .getByRole("columnheader", { name: "Denied" }),
  ).toBeVisible();
  // Each period says what it covers, on the page and on the axis.
  const axis = page.getByRole("region", { name: /^Requests allowed/ }).getByRole("rowheader");
  await page.getByRole("link", { name: "Last hour" }).click();
  await expect(
    page.getByText(/^Since [-\d]+ \d\d:00 UTC: the current hour and the full hour before it\.$/),
  ).toBeVisible();
  await expect(axis).toHaveText([/^\d\d:00 to \d\d:00$/, /^\d\d:00 to now$/]);
  await page.getByRole("link", { name: "30 days" }).click();
  await expect(page.getByText(/^Since [-\d]+ 00:00 UTC: the last 30 days/)).toBeVisible();
  await expect(axis).toHaveCount(31);
  await page.getByRole("link", { name: "7 days" }).click();
  await expect(page).toHaveURL(/hours=168/);
  await expect(page.getByText("Per 6 hours")).toBeVisible();
  await ofBusy.first().click();
  await expect(page.getByRole("heading", { name: busy.host, level: 1 })).toBeVisible();
  await expect(page.getByText("5 requests from 2 networks.")).toBeVisible();
  await expect(
    page
      .getByRole("list", { name: "Chain of custody" })
      .getByText(/Used 3 times from 127\.0\.0\.0\/24/),
  ).toBeVisible();
  await page.goto(`/certificates/${idle.certificateId}`);
  await page.getByRole("tab", { name: "Usage" }).click();
  await expect(page.getByText("It hasn’t been used to authenticate yet.")).toBeVisible();
});

test("a service of the picture is a filter of the page, and the numbers are behind it", async ({
  page,
}) => {
  const service = await createTestService(adminApi(), "picture service");
  expect((await requestWithCertificate(service)).status).toBe(200);
  const rows = page.getByRole("list", { name: "Requests by service" });
  await expect(async () => {
    await page.goto("/custody");
    await expect(rows.getByRole("link").first()).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 120_000 });
  const card = page.getByRole("figure").filter({ has: rows });
  await expect(card).toHaveCount(1);
  await rows.getByRole("link").first().click();
  await expect(page).toHaveURL(/service=/);
  await expect(rows).toHaveCount(0);
  await checkAppearance(page, "custody-service");
  await page.getByRole("link", { name: "7 days" }).click();
  await expect(page).toHaveURL(/service=.*hours=168|hours=168.*service=/);
  await page.getByRole("link", { name: /^Remove filter Service/ }).click();
  await expect(rows).toBeVisible();
  await page.goto("/custody?service=nobody-calls-this");
  await expect(page.getByText("No certificate was used").first()).toBeVisible();
});

test("custody passes axe, light and dark, and fits into 360 px", async ({ page }) => {
  await page.goto("/custody");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await checkAppearance(page, "custody", { fullPage: true });
});
