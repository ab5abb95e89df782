import type { Page } from "@playwright/test";
import { makeClient, use, type Client } from "./support/client";
import { looksWell } from "./support/look";
import { axe, expect, settled, test } from "./support/test";
import { adminApi, chancery, stateOf } from "./support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

const toast = (page: Page, text: RegExp | string) =>
  page.getByRole("region", { name: "Receipts" }).getByText(text);
const rowOf = (page: Page, client: Client) =>
  page
    .getByRole("table", { name: "Alerts" })
    .getByRole("row")
    .filter({ hasText: "Revoked certificate used" })
    .filter({ hasText: client.host });

/** The list, asked again until it has what is awaited: the rules read the log on their own time. */
async function listWith(page: Page, client: Client, address = "/alerts"): Promise<void> {
  await expect(async () => {
    await page.goto(address);
    await expect(rowOf(page, client)).toHaveCount(1, { timeout: 500 });
  }).toPass({ timeout: 15_000 });
}

async function makeRevoked(name: string): Promise<Client> {
  const client = await makeClient(adminApi(), name);
  expect((await use(client)).status).toBe(200);
  expect(
    (
      await adminApi().post(`/certificates/${client.certificateId}/revoke`, {
        reason: "keyCompromise",
        comment: "laptop lost",
      })
    ).status,
  ).toBe(200);
  return client;
}

let stolen: Client, other: Client;
test.beforeAll(async () => {
  stolen = await makeRevoked("stolen laptop");
  other = await makeRevoked("another laptop");
});

test("a revoked certificate that is used is refused, and the open list says that there is a new alert", async ({
  page,
}) => {
  await page.goto("/alerts");
  await expect(page.getByRole("heading", { name: "Alerts", level: 1 })).toBeVisible();
  await expect(rowOf(page, stolen)).toHaveCount(0);
  expect(await use(stolen)).toEqual({ status: 401, code: "certificate.revoked" });
  expect(await use(stolen, { from: "127.0.0.1", path: "/api/v1/certificates" })).toEqual({
    status: 401,
    code: "certificate.revoked",
  });
  // The page asks every few seconds, and at once when somebody comes back to it.
  await expect(async () => {
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await expect(page.getByText("A new alert was raised.")).toBeVisible({ timeout: 700 });
  }).toPass({ timeout: 15_000 });
  await page.getByRole("button", { name: "Show it" }).click();
  await expect(rowOf(page, stolen)).toHaveCount(1);
  await expect(page.getByText("A new alert was raised.")).toHaveCount(0);
  await expect(
    page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Alerts \d+ open$/ }),
  ).toBeVisible();
});

test("the alert opens by keyboard and shows what was seen beside what is usual, and the entries behind it", async ({
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
  const entries = page.getByRole("table", { name: "Entries behind the alert" });
  await expect(entries.getByRole("row")).toHaveCount(3);
  await expect(page.getByRole("link", { name: stolen.host })).toHaveAttribute(
    "href",
    `/certificates/${stolen.certificateId}`,
  );
  await expect(
    page.getByRole("list", { name: "History" }).getByText(/raised an alert \(critical\)/),
  ).toBeVisible();
  await entries.getByRole("link").first().click();
  await expect(page.getByRole("heading", { name: /^Entry \d+$/ })).toBeVisible();
  await expect(page.getByText("request.refused").first()).toBeVisible();
  await expect(page.getByText("certificate.revoked").first()).toBeVisible();
});

test("it is acknowledged and assigned, each with its receipt, and found among one’s own", async ({
  page,
}) => {
  await listWith(page, stolen);
  await rowOf(page, stolen).getByRole("link").click();
  await page.getByRole("button", { name: "Acknowledge" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: /^Comment/ }).fill("calling the owner");
  await dialog.getByRole("button", { name: "Acknowledge" }).click();
  await expect(toast(page, /Acknowledged\./)).toBeVisible();
  await expect(page.getByRole("region", { name: "Receipts" }).getByRole("link")).toHaveAttribute(
    "href",
    /^\/audit\/(\d+|ent_)/,
  );
  await expect(
    page
      .getByRole("list", { name: "History" })
      .getByText(/acknowledged the alert: calling the owner/),
  ).toBeVisible();
  await expect(page.getByRole("button", { name: "Acknowledge" })).toHaveCount(0);
  await page.getByRole("button", { name: "Assign" }).click();
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

test("an alert is not resolved without saying what it was and why", async ({
  page,
  complaints,
}) => {
  complaints.allow(/status of 4\d\d/);
  await listWith(page, stolen);
  await rowOf(page, stolen).getByRole("link").click();
  await page.getByRole("button", { name: "Resolve" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Resolve" }).click();
  await expect(dialog.getByText("Choose what it was.")).toBeVisible();
  await expect(dialog.getByText(/Say why, in a few words/)).toBeVisible();
  await page.keyboard.press("Escape");
  await page.reload();
  await expect(
    page.getByRole("heading", { level: 1 }).locator("..").getByText("Acknowledged"),
  ).toBeVisible();
});

test("an exception that is no length of time or no network is refused beside its field", async ({
  page,
  complaints,
}) => {
  complaints.allow(/status of 4\d\d/);
  await listWith(page, stolen);
  await rowOf(page, stolen).getByRole("link").click();
  await page.getByRole("button", { name: "Make an exception" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "For" }).selectOption("other");
  for (const [days, says] of [
    ["0", "At least a day."],
    ["367", "At most a year."],
    ["", "Write a whole number of days."],
  ] as const) {
    await dialog.getByRole("spinbutton", { name: "Days" }).fill(days);
    await dialog.getByRole("textbox", { name: /^Why/ }).fill("a test of this form");
    await dialog.getByRole("button", { name: "Make the exception" }).click();
    await expect(dialog.getByText(says)).toBeVisible();
  }
  await dialog.getByRole("spinbutton", { name: "Days" }).fill("3");
  await dialog.getByRole("textbox", { name: /^Only from/ }).fill("the office");
  await dialog.getByRole("button", { name: "Make the exception" }).click();
  await expect(dialog.getByText(/Write an address or a network/)).toBeVisible();
  await page.goto("/alerts/exceptions");
  await expect(page.getByRole("table").getByText(stolen.host)).toHaveCount(0);
});

test("an exception closes the alert as expected and keeps the rule quiet there, until it is ended", async ({
  page,
}) => {
  await listWith(page, stolen);
  await rowOf(page, stolen).getByRole("link").click();
  await page.getByRole("button", { name: "Make an exception" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("textbox", { name: /^Only from/ })).toHaveValue("127.0.0.0/24");
  await dialog.getByRole("combobox", { name: "For" }).selectOption("7");
  await dialog
    .getByRole("textbox", { name: /^Why/ })
    .fill("the owner tries the old laptop once more");
  await dialog.getByRole("button", { name: "Make the exception" }).click();
  await expect(toast(page, "Exception made.")).toBeVisible();
  await expect(
    page.getByText(/An exception keeps this rule quiet about it from 127\.0\.0\.0\/24/),
  ).toBeVisible();
  await expect(page.getByText("Resolved as")).toBeVisible();
  await expect(
    page.getByRole("list", { name: "History" }).getByText(/resolved the alert as expected/),
  ).toBeVisible();

  // The other one's alert shows that the rules have read past the use that is expected.
  expect((await use(stolen)).code).toBe("certificate.revoked");
  expect((await use(other)).code).toBe("certificate.revoked");
  await listWith(page, other);
  await expect(rowOf(page, stolen)).toHaveCount(0);

  await page.goto("/alerts/exceptions");
  const row = page
    .getByRole("table", { name: "Exceptions in force" })
    .getByRole("row")
    .filter({ hasText: stolen.host });
  await row.getByRole("button", { name: "End" }).click();
  await dialog.getByRole("button", { name: "End the exception" }).click();
  await expect(toast(page, "Exception ended.")).toBeVisible();
  await expect(row).toHaveCount(0);
  await expect(
    page
      .getByRole("table", { name: "Exceptions that have ended" })
      .getByRole("row")
      .filter({ hasText: stolen.host }),
  ).toContainText("Ended early");
  expect((await use(stolen)).code).toBe("certificate.revoked");
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
    await expect(page.getByRole("table", { name: "Entries behind the alert" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Acknowledge" })).toHaveCount(
      who === "operator" ? 1 : 0,
    );
    await expect(
      page.getByRole("table", { name: "Entries behind the alert" }).getByRole("link"),
    ).toHaveCount(who === "auditor" ? 1 : 0);
    await page.goto("/alerts/rules");
    await expect(page.getByRole("button", { name: /^Change/ })).toHaveCount(0);
    const rule = page.getByRole("switch", { name: "Revoked certificate used" });
    await expect(rule).toHaveAttribute("aria-disabled", "true");
    await rule.click({ force: true });
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await context.close();
  }
});

test("a rule is changed within its bounds, switched off and on again, and every change is on the record", async ({
  page,
  complaints,
}) => {
  complaints.allow(/status of 4\d\d/);
  await page.goto("/alerts/rules");
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "Change Burst of refusals" }).click();
  const most = dialog.getByRole("spinbutton").first(),
    before = await most.inputValue();
  await most.fill("-1");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(most).toHaveAttribute("aria-invalid", "true");
  await most.fill("17");
  await dialog.getByRole("textbox", { name: /^Comment/ }).fill("a noisy client");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(toast(page, "Rule changed.")).toBeVisible();
  await expect(page.locator("#refusal-burst").getByRole("list", { name: "Values" })).toContainText(
    "17",
  );
  await page.getByRole("button", { name: "Change Burst of refusals" }).click();
  await most.fill(before);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(
    page.locator("#refusal-burst").getByRole("list", { name: "Values" }),
  ).not.toContainText("17");

  const onOff = page.getByRole("switch", { name: "First use from a network" });
  await onOff.click();
  await dialog.getByRole("button", { name: "Switch off" }).click();
  await expect(toast(page, "Switched off.")).toBeVisible();
  await expect(onOff).not.toBeChecked();
  await expect(page.getByText(/1 rule is off/)).toBeVisible();
  await onOff.click();
  await dialog.getByRole("button", { name: "Switch on" }).click();
  await expect(onOff).toBeChecked();
  await page.goto("/audit?action=rule.updated");
  await expect(
    page
      .getByRole("table")
      .getByText(/changed the rule Burst of refusals/)
      .first(),
  ).toBeVisible();
});

test("custody shows who used what from where, what was refused, and what was never used", async ({
  page,
}) => {
  const unused = async () =>
    (await adminApi().get<{ neverUsed: { count: number } }>("/custody")).body.neverUsed.count;
  const before = await unused(),
    busy = await makeClient(adminApi(), "busy service"),
    idle = await makeClient(adminApi(), "idle service");
  for (let n = 0; n < 5; n++)
    expect((await use(busy, { from: n < 3 ? "127.0.0.1" : "127.0.44.1" })).status).toBe(200);
  const uses = page.getByRole("table", { name: "Who uses what from where" }),
    ofBusy = uses.locator(`a[href^="/certificates/${busy.certificateId}"]`);
  await expect(async () => {
    await page.goto("/custody");
    await expect(ofBusy).toHaveCount(2, { timeout: 500 });
  }).toPass({ timeout: 15_000 });
  await page.getByRole("searchbox", { name: "Filter the uses" }).fill("busy 127.0.44");
  await expect(ofBusy).toHaveCount(1);
  await expect(uses.getByRole("row").filter({ hasNotText: "127.0.44.0/24" })).toHaveCount(1); // the head alone
  await expect(page.getByRole("table", { name: "Refusals by reason and service" })).toContainText(
    "certificate.revoked",
  );
  expect(await unused()).toBe(before + 1);
  await expect(
    page.getByRole("table", { name: "Valid certificates that were never used" }),
  ).not.toContainText(busy.host);
  await page.getByRole("button", { name: "Show as a table" }).click();
  await expect(
    page
      .getByRole("region", { name: /^Requests allowed/ })
      .getByRole("columnheader", { name: "Refused" }),
  ).toBeVisible();
  // Each length of time says what it covers, on the page and on the axis.
  const axis = page.getByRole("region", { name: /^Requests allowed/ }).getByRole("rowheader");
  await page.getByRole("link", { name: "This and last hour" }).click();
  await expect(
    page.getByText(
      /^Counted from [-\d]+ \d\d:00 UTC until now: this hour, and the whole hour before it\.$/,
    ),
  ).toBeVisible();
  await expect(axis).toHaveText([/^\d\d:00 to \d\d:00$/, /^\d\d:00 to now$/]);
  await page.getByRole("link", { name: "30 days" }).click();
  await expect(
    page.getByText(/^Counted from [-\d]+ 00:00 UTC until now: the last 30 days/),
  ).toBeVisible();
  await expect(axis).toHaveCount(31);
  await page.getByRole("link", { name: "7 days" }).click();
  await expect(page).toHaveURL(/hours=168/);
  await expect(page.getByText("By six hours")).toBeVisible();
  await ofBusy.first().click();
  await expect(page.getByRole("heading", { name: busy.host, level: 1 })).toBeVisible();
  await expect(page.getByText("5 requests from 2 networks.")).toBeVisible();
  await expect(
    page.getByRole("list", { name: "Custody" }).getByText(/Used 3 times from 127\.0\.0\.0\/24/),
  ).toBeVisible();
  await page.goto(`/certificates/${idle.certificateId}`);
  await expect(page.getByText("Nothing was authenticated with it yet.")).toBeVisible();
});

test("a filter that is not understood is named, and an alert that is not there is not found", async ({
  page,
  complaints,
}) => {
  complaints.allow(/status of 404/);
  await page.goto("/alerts?severity=dreadful");
  await expect(page.getByText("Some filters were not understood")).toBeVisible();
  await page.goto("/custody?hours=3");
  await expect(page.getByText("Choose 1, 24, 168 or 720 hours.")).toBeVisible();
  await page.goto("/alerts/alr_nothing");
  await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
});

test("what asks in the background is answered to those alone who may read alerts", async ({
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
  ["alert-rules", "/alerts/rules"],
  ["exceptions", "/alerts/exceptions"],
  ["custody", "/custody"],
] as const) {
  test(`${name} has nothing that axe finds, light or dark, and fits into 360 px`, async ({
    page,
  }) => {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await looksWell(page, name, { fullPage: true });
  });
}

test("an alert has nothing that axe finds, light or dark, and fits into 360 px", async ({
  page,
}) => {
  expect((await use(other)).code).toBe("certificate.revoked");
  await listWith(page, other);
  await rowOf(page, other).getByRole("link").click();
  await expect(page.getByRole("heading", { name: "Revoked certificate used" })).toBeVisible();
  await looksWell(page, "alert", { fullPage: true });
});

for (const name of ["Assign", "Make an exception", "Resolve", "Acknowledge"]) {
  test(`the dialog “${name}” of an alert has nothing that axe finds, light or dark, and fits into 360 px`, async ({
    page,
  }) => {
    await listWith(page, other);
    await rowOf(page, other).getByRole("link").click();
    await page.getByRole("button", { name }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await settled(page);
    await looksWell(page, `alert-${name.toLowerCase().replaceAll(" ", "-")}`);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
    expect(await axe(page)).toEqual([]);
  });
}
