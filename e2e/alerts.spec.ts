import type { Page } from "@playwright/test";
import {
  createRevokedService,
  requestWithCertificate,
  type TestService,
} from "@/e2e/support/client";
import { checkAppearance } from "@/e2e/support/look";
import { findAxeViolations, expect, waitForAnimations, test } from "@/e2e/support/test";
import { adminApi, chancery, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

const toast = (page: Page, text: RegExp | string) =>
  page.getByRole("region", { name: "Messages" }).getByText(text);
const rowOf = (page: Page, client: TestService) =>
  page
    .getByRole("table", { name: "Alerts" })
    .getByRole("row")
    .filter({ hasText: "Revoked certificate used" })
    .filter({ hasText: client.host });

/** The list, asked again until it has what is awaited: the rules read the log on their own time. */
async function listWith(page: Page, client: TestService, address = "/alerts"): Promise<void> {
  await expect(async () => {
    await page.goto(address);
    await expect(rowOf(page, client)).toHaveCount(1, { timeout: 500 });
  }).toPass({ timeout: 120_000 });
}

let stolen: TestService, other: TestService;
test.beforeAll(async () => {
  stolen = await createRevokedService(adminApi(), "stolen laptop");
  other = await createRevokedService(adminApi(), "another laptop");
});

test("a revoked certificate that is used is refused, and the open list says that there is a new alert", async ({
  page,
}) => {
  await page.goto("/alerts");
  await expect(page.getByRole("heading", { name: "Alerts", level: 1 })).toBeVisible();
  await expect(rowOf(page, stolen)).toHaveCount(0);
  expect(await requestWithCertificate(stolen)).toEqual({
    status: 401,
    code: "certificate.revoked",
  });
  expect(
    await requestWithCertificate(stolen, { from: "127.0.0.1", path: "/api/v1/certificates" }),
  ).toEqual({
    status: 401,
    code: "certificate.revoked",
  });
  // The page polls every few seconds, and immediately when it becomes visible again.
  await expect(async () => {
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await expect(page.getByText("A new alert was raised.")).toBeVisible({ timeout: 700 });
  }).toPass({ timeout: 120_000 });
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(rowOf(page, stolen)).toHaveCount(1);
  await expect(page.getByText("A new alert was raised.")).toHaveCount(0);
  await expect(
    page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Alerts \d+ open$/ }),
  ).toBeVisible();
});

test("the alert opens by keyboard and shows what was seen next to what is usual, and the related entries", async ({
  page,
}) => {
  await listWith(page, stolen);
  await rowOf(page, stolen).getByRole("link").focus();
  await page.keyboard.press("Enter");
  await expect(
    page.getByRole("heading", { name: "Revoked certificate used", level: 1 }),
  ).toBeVisible();
  await expect(page.getByText("What was seen")).toBeVisible();
  await expect(page.getByText("What is usual")).toBeVisible();
  await expect(page.getByText("Seen 2 times")).toBeVisible();
  const entries = page.getByRole("table", { name: "Related entries" });
  await expect(entries.getByRole("row")).toHaveCount(3);
  await expect(page.getByRole("link", { name: stolen.host })).toHaveAttribute(
    "href",
    `/certificates/${stolen.certificateId}`,
  );
  await expect(
    page.getByRole("list", { name: "History" }).getByText(/opened an alert \(critical\)/),
  ).toBeVisible();
  await entries.getByRole("link").first().click();
  await expect(page.getByRole("heading", { name: /^Entry \d+$/ })).toBeVisible();
  await expect(page.getByText("request.refused").first()).toBeVisible();
  await expect(page.getByText("certificate.revoked").first()).toBeVisible();
});

test("it is acknowledged and assigned, each with its receipt, and found under “Assigned to me”", async ({
  page,
}) => {
  await listWith(page, stolen);
  await rowOf(page, stolen).getByRole("link").click();
  await page.getByRole("button", { name: "Acknowledge", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: /^Comment/ }).fill("calling the owner");
  await dialog.getByRole("button", { name: "Acknowledge" }).click();
  await expect(toast(page, /Acknowledged\./)).toBeVisible();
  await expect(page.getByRole("region", { name: "Messages" }).getByRole("link")).toHaveAttribute(
    "href",
    /^\/audit\/(\d+|ent_)/,
  );
  await expect(
    page
      .getByRole("list", { name: "History" })
      .getByText(/acknowledged the alert: calling the owner/),
  ).toBeVisible();
  await expect(page.getByRole("button", { name: "Acknowledge", exact: true })).toHaveCount(0);
  await page.getByRole("button", { name: "Assign", exact: true }).click();
  await dialog
    .getByRole("combobox", { name: "Assign to" })
    .selectOption({ label: "Me (admin@example.com)" });
  await dialog.getByRole("button", { name: "Assign" }).click();
  await expect(toast(page, "Assigned.")).toBeVisible();
  await page.goto("/alerts");
  await page.getByRole("link", { name: "Assigned to me" }).click();
  await expect(page).toHaveURL(/assigned=usr_/);
  await expect(rowOf(page, stolen)).toContainText("Acknowledged");
});

test("an alert is not resolved without a resolution and a comment", async ({
  page,
  complaints,
}) => {
  complaints.allow(/status of 4\d\d/);
  await listWith(page, stolen);
  await rowOf(page, stolen).getByRole("link").click();
  await page.getByRole("button", { name: "Resolve", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Resolve" }).click();
  await expect(dialog.getByText("Choose a resolution.")).toBeVisible();
  await expect(dialog.getByText(/Enter a short reason/)).toBeVisible();
  await page.keyboard.press("Escape");
  await page.reload();
  await expect(
    page.getByRole("heading", { level: 1 }).locator("..").getByText("Acknowledged"),
  ).toBeVisible();
});

test("an exception that is no length of time or no network is rejected at its field", async ({
  page,
  complaints,
}) => {
  complaints.allow(/status of 4\d\d/);
  await listWith(page, stolen);
  await rowOf(page, stolen).getByRole("link").click();
  await page.getByRole("button", { name: "Add exception" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "For" }).selectOption("other");
  for (const [days, message] of [
    ["0", "Enter at least 1 day."],
    ["367", "Enter at most 366 days."],
    ["", "Enter a whole number of days."],
  ] as const) {
    await dialog.getByRole("spinbutton", { name: "Days" }).fill(days);
    await dialog.getByRole("textbox", { name: /^Reason/ }).fill("a test of this form");
    await dialog.getByRole("button", { name: "Add exception" }).click();
    await expect(dialog.getByText(message)).toBeVisible();
  }
  await dialog.getByRole("spinbutton", { name: "Days" }).fill("3");
  await dialog.getByRole("textbox", { name: /^Only from/ }).fill("the office");
  await dialog.getByRole("button", { name: "Add exception" }).click();
  await expect(dialog.getByText(/Enter an address or a network/)).toBeVisible();
  await page.goto("/alerts/exceptions");
  await expect(page.getByRole("table").getByText(stolen.host)).toHaveCount(0);
});

test("an exception closes the alert as expected and keeps the rule quiet there, until it is ended", async ({
  page,
}) => {
  await listWith(page, stolen);
  await rowOf(page, stolen).getByRole("link").click();
  await page.getByRole("button", { name: "Add exception" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("textbox", { name: /^Only from/ })).toHaveValue("127.0.0.0/24");
  await dialog.getByRole("combobox", { name: "For" }).selectOption("7");
  await dialog
    .getByRole("textbox", { name: /^Reason/ })
    .fill("the owner tries the old laptop once more");
  await dialog.getByRole("button", { name: "Add exception" }).click();
  await expect(toast(page, "Exception added.")).toBeVisible();
  await expect(
    page.getByText(
      /An exception prevents further alerts of this rule about this subject from 127\.0\.0\.0\/24/,
    ),
  ).toBeVisible();
  await expect(page.getByText("Resolved as")).toBeVisible();
  await expect(
    page.getByRole("list", { name: "History" }).getByText(/resolved the alert as expected/),
  ).toBeVisible();

  // The other one's alert shows that the rules have read past the use that is expected.
  expect((await requestWithCertificate(stolen)).code).toBe("certificate.revoked");
  expect((await requestWithCertificate(other)).code).toBe("certificate.revoked");
  await listWith(page, other);
  await expect(rowOf(page, stolen)).toHaveCount(0);

  await page.goto("/alerts/exceptions");
  const row = page
    .getByRole("table", { name: "Active exceptions" })
    .getByRole("row")
    .filter({ hasText: stolen.host });
  await row.getByRole("button", { name: "End" }).click();
  await dialog.getByRole("button", { name: "End exception" }).click();
  await expect(toast(page, "Exception ended.")).toBeVisible();
  await expect(row).toHaveCount(0);
  await expect(
    page
      .getByRole("table", { name: "Ended exceptions" })
      .getByRole("row")
      .filter({ hasText: stolen.host }),
  ).toContainText("Ended early");
  expect((await requestWithCertificate(stolen)).code).toBe("certificate.revoked");
  await listWith(page, stolen);
});

test("an operator handles an alert but changes no rule, an auditor reads both, and both see why", async ({
  browser,
}) => {
  for (const who of ["operator", "auditor"] as const) {
    const context = await browser.newContext({
        baseURL: chancery.http,
        storageState: stateOf(who),
      }),
      page = await context.newPage();
    await listWith(page, other);
    await rowOf(page, other).getByRole("link").click();
    await expect(page.getByRole("table", { name: "Related entries" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Acknowledge", exact: true })).toHaveCount(
      who === "operator" ? 1 : 0,
    );
    await expect(
      page.getByRole("table", { name: "Related entries" }).getByRole("link"),
    ).toHaveCount(who === "auditor" ? 1 : 0);
    await page.goto("/alerts/rules");
    await expect(page.getByRole("button", { name: /^Edit/ })).toHaveCount(0);
    const rule = page.getByRole("switch", { name: "Revoked certificate used" });
    await expect(rule).toHaveAttribute("aria-disabled", "true");
    await rule.click({ force: true });
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await context.close();
  }
});

test("an invalid filter is named, and a missing alert is not found", async ({
  page,
  complaints,
}) => {
  complaints.allow(/status of 404/);
  await page.goto("/alerts?severity=dreadful");
  await expect(page.getByText("Some filters are invalid")).toBeVisible();
  await page.goto("/custody?hours=3");
  await expect(page.getByText("Choose 1, 24, 168 or 720 hours.")).toBeVisible();
  await page.goto("/alerts/alr_nothing");
  await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
});

test("background polling is answered only for users who may read alerts", async ({
  page,
  playwright,
}) => {
  expect((await page.request.get("/alerts/open")).status()).toBe(200);
  const stranger = await playwright.request.newContext({
    baseURL: chancery.http,
    storageState: { cookies: [], origins: [] },
  });
  expect((await stranger.get("/alerts/open")).status()).toBe(403);
  await stranger.dispose();
});

for (const [name, path] of [
  ["alerts", "/alerts?status=all"],
  ["alerts-none", "/alerts?q=nothing-has-this-name"],
  ["exceptions", "/alerts/exceptions"],
] as const) {
  test(`${name} passes axe, light and dark, and fits into 360 px`, async ({ page }) => {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await checkAppearance(page, name, { fullPage: true });
  });
}

test("an alert passes axe, light and dark, and fits into 360 px", async ({ page }) => {
  expect((await requestWithCertificate(other)).code).toBe("certificate.revoked");
  await listWith(page, other);
  await rowOf(page, other).getByRole("link").click();
  await expect(page.getByRole("heading", { name: "Revoked certificate used" })).toBeVisible();
  await checkAppearance(page, "alert", { fullPage: true });
});

for (const name of ["Assign", "Add exception", "Resolve", "Acknowledge"]) {
  test(`the dialog “${name}” of an alert passes axe, light and dark, and fits into 360 px`, async ({
    page,
  }) => {
    await listWith(page, other);
    await rowOf(page, other).getByRole("link").click();
    await page.getByRole("button", { name, exact: true }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await waitForAnimations(page);
    await checkAppearance(page, `alert-${name.toLowerCase().replaceAll(" ", "-")}`);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
    expect(await findAxeViolations(page)).toEqual([]);
  });
}
