import { createIdentity } from "@/e2e/support/api";
import { createTestService } from "@/e2e/support/client";
import { checkAppearance } from "@/e2e/support/look";
import { createCsr } from "@/e2e/support/openssl";
import { takePicture } from "@/e2e/support/picture";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("auditor") });
test.describe.configure({ mode: "serial" });

async function issueFor(name: string): Promise<void> {
  const identity = await createIdentity(adminApi(), name);
  const { pem: csr } = await createCsr([`${name}.example.com`]);
  const { status } = await adminApi().post("/certificates", {
    profile: "tls-server",
    identity,
    csr,
  });
  expect(status).toBe(201);
}

test.beforeAll(async () => {
  await createTestService(adminApi(), "reported");
});

test("an auditor signs off the inventory, and the report says by whom, when, and whether anything changed since", async ({
  page,
}) => {
  await page.goto("/reports");
  await expect(
    page.getByRole("heading", { level: 1, name: "Inventory of keys and certificates" }),
  ).toBeVisible();
  await expect(page.getByText("Never.")).toBeVisible();
  const keys = page.getByRole("table", { name: "Keys in use" });
  await expect(keys.getByRole("row", { name: /ECDSA P-256/ })).toBeVisible();
  await expect(
    page.getByRole("table", { name: "Valid certificates" }).getByText(/^reported-/),
  ).toBeVisible();
  await checkAppearance(page, "report", { fullPage: true });
  // Other tests issue certificates meanwhile: then it is refused, and reviewed again.
  await expect(async () => {
    await page.goto("/reports");
    await page.getByRole("button", { name: "Sign off" }).click();
    const dialog = page.getByRole("dialog", { name: "Sign off this inventory?" });
    await dialog.getByRole("textbox", { name: "Comment" }).fill("yearly review");
    await dialog.getByRole("button", { name: "Sign off" }).click();
    await expect(page.getByText(/Signed off\./)).toBeVisible({ timeout: 5_000 });
  }).toPass();
  await expect(page.getByText(/by auditor@example\.com, \d+ valid certificates? \(/)).toBeVisible();
  await expect(page.getByText(/“yearly review”/)).toBeVisible();
});

test("a certificate that was issued since is said", async ({ page }) => {
  await issueFor("after-the-report");
  await page.goto("/reports");
  await expect(page.getByText(/Certificates have changed since\./)).toBeVisible();
});

test("what was signed off meanwhile by an outdated report is refused", async ({ page }) => {
  await page.goto("/reports");
  await issueFor("during-the-report");
  await page.getByRole("button", { name: "Sign off" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign off" }).click();
  await expect(page.getByText(/Reload it, and review it again/)).toBeVisible();
});

test("on paper there is the report alone: no navigation, no buttons, whole tables", async ({
  page,
}) => {
  await page.goto("/reports");
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(page.getByRole("complementary", { name: "Navigation" })).toBeHidden();
  await expect(page.getByRole("button", { name: "Print" })).toBeHidden();
  await expect(page.getByText("What this report doesn’t cover")).toBeVisible();
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(ground).toBe("rgb(255, 255, 255)");
  await takePicture(page, "report-print", true);
});

test("an operator doesn't reach the reports", async ({ browser }) => {
  const context = await browser.newContext({
    baseURL: chancery.http,
    storageState: stateOf("operator"),
  });
  const page = await context.newPage();
  await page.goto("/reports");
  await expect(page.getByRole("heading", { name: /Inventory of keys/ })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Reports" })).toHaveCount(0);
  await context.close();
});

test("on the list of certificates, a bar of the chart narrows the list to its week, and the chart stays", async ({
  page,
}) => {
  await page.goto("/certificates");
  const bars = page.getByRole("list", { name: "Valid certificates by week of expiration" });
  await expect(bars.getByRole("link")).toHaveCount(13);
  await checkAppearance(page, "certificates-chart");
  await bars.getByRole("link").nth(2).click();
  await expect(page.getByText("Expires from")).toBeVisible();
  await expect(bars.getByRole("link")).toHaveCount(13);
  await page.goto("/certificates?q=nothing");
  await expect(bars).toHaveCount(0);
});
