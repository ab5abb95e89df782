import type { Page } from "@playwright/test";
import { createTestService, type TestService } from "@/e2e/support/client";
import { checkAppearance } from "@/e2e/support/look";
import { hydrated } from "@/e2e/support/hydrated";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

const service = `payments-${Date.now().toString(36)}`;
let client: TestService,
  address = "";
test.beforeAll(async () => {
  client = await createTestService(adminApi(), "policy client");
});

const box = (page: Page, name: string | RegExp) => page.getByRole("textbox", { name });
const rules = (page: Page) =>
  page
    .getByRole("region", { name: "Rules" })
    .getByRole("listitem")
    .filter({ has: page.getByRole("button", { name: /^Move / }) });
const receipt = (page: Page, text: string) =>
  page.getByRole("region", { name: "Messages" }).getByText(text);

async function tryIt(
  page: Page,
  method: string,
  path: string,
  decision: "Allowed" | "Denied",
): Promise<void> {
  const card = page
    .locator("section")
    .filter({ has: page.getByRole("heading", { name: "Try it" }) });
  await card.getByRole("textbox", { name: "Method" }).fill(method);
  await card.getByRole("textbox", { name: "Path" }).fill(path);
  await card.getByRole("button", { name: "Test request" }).click();
  await expect(card.getByText(decision, { exact: true })).toBeVisible();
  await expect(card.getByText("Recorded in the audit log")).toBeVisible();
}

test("a policy is rejected with every error at its field, tested before it is saved, and created", async ({
  page,
}) => {
  await page.goto("/policies/new");
  await page.getByRole("button", { name: "Add allow rule" }).click();
  await expect(
    page.getByText("every request from every certificate"),
    "a rule that allows everything is labeled",
  ).toBeVisible();
  await box(page, /^Paths/).fill("/v1/**/payments");
  await box(page, /^Networks/).fill("10.20.0.0/33");
  await page.getByRole("button", { name: "Create policy" }).click();
  await expect(box(page, "Name").first()).toHaveAttribute("aria-invalid", "true");
  await expect(box(page, "Slug")).toHaveAttribute("aria-invalid", "true");
  await box(page, "Name").first().fill("Payments API");
  await box(page, "Slug").fill(service);
  await page.getByRole("button", { name: "Create policy" }).click();
  await expect(box(page, /^Paths/)).toHaveAttribute("aria-invalid", "true");
  await expect(box(page, /^Networks/)).toHaveAttribute("aria-invalid", "true");
  await checkAppearance(page, "policy-refused", { fullPage: true });
  await box(page, "Name").last().fill("Payments");
  await box(page, /^Paths/).fill("/v1/payments/**");
  await box(page, /^Networks/).fill("");
  await page.locator("label", { hasText: /^POST$/ }).click();
  await expect(page.getByRole("checkbox", { name: "POST" })).toBeChecked();

  await page.getByRole("combobox", { name: "Identity", exact: true }).fill("policy client");
  await page.getByRole("option").first().click();
  await tryIt(page, "POST", "/v1/payments/42", "Allowed");
  await expect(rules(page).first()).toContainText("decides: allowed");
  await tryIt(page, "GET", "/v1/payments/42", "Denied");
  await expect(rules(page).first()).toContainText("no match: method");
  await tryIt(page, "POST", "/v1/payments/../admin", "Denied");
  await page.getByRole("button", { name: "Create policy" }).click();
  await expect(page.getByRole("heading", { name: "Payments API", level: 1 })).toBeVisible();
  address = new URL(page.url()).pathname;
});

test("a second policy for the same service is rejected at the slug", async ({ page }) => {
  await page.goto("/policies/new");
  await box(page, "Name").fill("Twin");
  await box(page, "Slug").fill(service);
  await page.getByRole("button", { name: "Create policy" }).click();
  await expect(box(page, "Slug")).toHaveAttribute("aria-invalid", "true");
});

test("the order decides: a rule moved up by keyboard counts first, in the tester before it is saved", async ({
  page,
}) => {
  await page.goto(address);
  await page.getByRole("button", { name: "Add deny rule" }).click();
  await box(page, "Name").last().fill("Closed for repairs");
  await page.getByRole("combobox", { name: "Identity", exact: true }).fill("policy client");
  await page.getByRole("option").first().click();
  await tryIt(page, "POST", "/v1/payments/42", "Allowed");
  await page.getByRole("button", { name: /2 Deny Closed for repairs/ }).press("Alt+ArrowUp");
  await expect(rules(page).first()).toContainText("Closed for repairs");
  await expect(
    page.getByText("Recorded in the audit log"),
    "a result for other rules is removed",
  ).toHaveCount(0);
  await tryIt(page, "POST", "/v1/payments/42", "Denied");
  await expect(rules(page).first()).toContainText("decides: denied");
  await expect(rules(page).nth(1)).toContainText("not evaluated");
  await page.getByRole("button", { name: "Save version 2" }).click();
  await expect(receipt(page, "Saved.")).toBeVisible();
  await checkAppearance(page, "policy", { fullPage: true });
});

test("the user who saves second sees the conflict, loses nothing, and chooses", async ({
  page,
  context,
}) => {
  const other = await context.newPage();
  await page.goto(address);
  await other.goto(address);
  await hydrated(other);
  await box(other, "Description").fill("Theirs");
  await other.getByRole("button", { name: /^Save version/ }).click();
  await expect(receipt(other, "Saved.")).toBeVisible();
  await box(page, "Description").fill("Mine");
  await page.getByRole("button", { name: /^Save version/ }).click();
  await expect(
    page.getByText("Someone else saved this policy while you were editing."),
  ).toBeVisible();
  await expect(box(page, "Description")).toHaveValue("Mine");
  await page.getByRole("button", { name: "Overwrite with mine" }).click();
  await expect(receipt(page, "Saved.")).toBeVisible();
  await other.reload();
  await expect(box(other, "Description")).toHaveValue("Mine");
});

test("a retired policy denies everything until it is active again", async ({ page }) => {
  await page.goto(address);
  await page.getByRole("button", { name: "Retire" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Retire" }).click();
  await expect(page.getByText("This policy is retired, so every request is denied.")).toBeVisible();
  await page.goto("/policies");
  await expect(page.getByRole("row").filter({ hasText: service })).toContainText("Retired");
  await checkAppearance(page, "policies");
  await page.goto(address);
  await page.getByRole("button", { name: "Activate" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Activate" }).click();
  await expect(page.getByText("This policy is retired")).toHaveCount(0);
});

test("an auditor reads and tests, and changes nothing", async ({ browser }) => {
  const context = await browser.newContext({
      baseURL: chancery.http,
      storageState: stateOf("auditor"),
    }),
    page = await context.newPage();
  await page.goto(address);
  await hydrated(page);
  for (const act of ["Retire", "Add allow rule", "Add deny rule", /^Move /, /^Remove /, /^Save /])
    await expect(page.getByRole("button", { name: act })).toHaveCount(0);
  await page.getByRole("button", { name: /Closed for repairs/ }).click();
  await expect(page.getByText("Any", { exact: true }).first()).toBeVisible();
  await page.getByRole("combobox", { name: "Identity", exact: true }).fill("policy client");
  await page.getByRole("option").first().click();
  await tryIt(page, "POST", "/v1/payments/42", "Denied");
  await context.close();
});

test("a proxy is trusted, its hops are drawn, and it is no longer trusted", async ({ page }) => {
  await page.goto("/settings/proxies");
  await page.getByRole("button", { name: "Trust a proxy" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Trust proxy" }).click();
  await expect(dialog.getByRole("combobox", { name: "Identity" })).toHaveAttribute(
    "aria-invalid",
    "true",
  );
  await dialog.getByRole("combobox", { name: "Identity" }).fill("policy client");
  await dialog.getByRole("option").first().click();
  await expect(dialog.getByText(/already has the following/)).toBeVisible();
  for (const group of await dialog.getByRole("checkbox", { name: /^I accept/ }).all())
    await group.check();
  await dialog.getByRole("spinbutton", { name: "Hops" }).fill("17");
  await dialog.getByRole("button", { name: "Trust proxy" }).click();
  await expect(dialog.getByRole("spinbutton", { name: "Hops" })).toHaveAttribute(
    "aria-invalid",
    "true",
  );
  await dialog.getByRole("spinbutton", { name: "Hops" }).fill("2");
  await expect(dialog.getByText(/second to last address/)).toBeVisible();
  await checkAppearance(page, "proxy-trust");
  await dialog.getByRole("button", { name: "Trust proxy" }).click();
  const row = page.getByRole("row").filter({ hasText: "policy client" });
  await expect(row).toContainText("Trusted");
  await checkAppearance(page, "proxies");
  await row.getByRole("button", { name: /^Actions for/ }).click();
  await page.getByRole("menuitem", { name: "Stop trusting" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop trusting" }).click();
  await expect(row).toContainText("Removed");
});

test("an identity is bound to networks, and an invalid one is reported at its field", async ({
  page,
}) => {
  await page.goto(`/identities/${client.identityId}`);
  await expect(page.getByText("All networks")).toBeVisible();
  await page.getByRole("button", { name: "Edit" }).click();
  await box(page, /^Networks/).fill("10.20.0.0/16\n10.20.0.0/33");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(box(page, /^Networks/)).toHaveAttribute("aria-invalid", "true");
  await box(page, /^Networks/).fill("10.20.7.9/16\n192.0.2.7");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("10.20.0.0/16", { exact: true })).toBeVisible();
  await expect(page.getByText("All networks")).toHaveCount(0);
});
