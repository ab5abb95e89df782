import type { Browser, Page } from "@playwright/test";
import { createTestService, requestWithCertificate, type TestService } from "@/e2e/support/client";
import { checkAppearance } from "@/e2e/support/look";
import { startReceiver, type Receiver } from "@/e2e/support/receiver";
import { hydrated } from "@/e2e/support/hydrated";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, stateOf, type TestUser } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

type Alert = Readonly<{
  id: string;
  status: string;
  assignedTo: Readonly<{ id: string; label: string }> | null;
  acknowledged: Readonly<{ by: string }> | null;
}>;
const toast = (page: Page, text: RegExp | string) =>
  page.getByRole("region", { name: "Messages" }).getByText(text);
const readAlert = async (id: string) =>
  (await adminApi().get<{ alert: Alert }>(`/alerts/${id}`)).body.alert;

/** A revoked certificate is used; the alert's id, once the rules have read it. */
async function raise(name: string): Promise<Readonly<{ client: TestService; id: string }>> {
  const client = await createTestService(adminApi(), name);
  expect(
    (
      await adminApi().post(`/certificates/${client.certificateId}/revoke`, {
        reason: "keyCompromise",
        comment: "laptop lost",
      })
    ).status,
  ).toBe(200);
  expect((await requestWithCertificate(client)).code).toBe("certificate.revoked");
  let id = "";
  await expect(async () => {
    id =
      (await adminApi().get<{ items: readonly Alert[] }>(`/alerts?subject=${client.certificateId}`))
        .body.items[0]?.id ?? "";
    expect(id).not.toBe("");
  }).toPass({ timeout: 120_000 });
  return { client, id };
}

/** The alert as that user sees it, in a separate browser. Close its context. */
async function pageOf(browser: Browser, who: TestUser, id: string): Promise<Page> {
  const page = await (
    await browser.newContext({
      baseURL: chancery.http,
      storageState: stateOf(who),
      reducedMotion: "reduce",
    })
  ).newPage();
  await page.goto(`/alerts/${id}`);
  await hydrated(page);
  return page;
}

let shared: string, receiver: Receiver;
const destinations: string[] = [];
test.beforeAll(async () => {
  shared = (await raise("handed over")).id;
  receiver = await startReceiver();
  await adminApi().post("/users", {
    email: "colleague@example.com",
    name: "Colleague",
    role: "operator",
  });
});
test.afterAll(async () => {
  for (const id of destinations) await adminApi().post(`/destinations/${id}/remove`, {});
  await receiver.close();
});

test("an operator assigns an alert to a colleague; users who can't handle alerts are not offered; the entry says from whom and to whom", async ({
  page,
  browser,
}) => {
  const operators = await pageOf(browser, "operator", shared),
    dialog = operators.getByRole("dialog"),
    to = dialog.getByRole("combobox", { name: "Assign to" });
  for (const who of ["admin@example.com", "colleague@example.com"]) {
    await operators.getByRole("button", { name: "Assign" }).click();
    await expect(to.locator("option").first()).toHaveText("Me (operator@example.com)");
    await expect(to.locator("option", { hasText: "auditor@example.com" })).toHaveCount(0);
    await to.selectOption({ label: who });
    await dialog.getByRole("button", { name: "Assign" }).click();
    await expect(dialog).toBeHidden();
    await expect(operators.getByRole("definition").filter({ hasText: who })).toBeVisible();
  }
  await expect(
    operators
      .getByRole("list", { name: "History" })
      .getByText(/reassigned the alert from admin@example\.com to colleague@example\.com/),
  ).toBeVisible();
  await operators.context().close();
  await page.goto("/audit?action=alert.assigned");
  await page
    .getByRole("table")
    .getByRole("link", { name: /reassigned alert .* from admin@example\.com/ })
    .first()
    .click();
  await expect(page.getByRole("heading", { name: /^Entry \d+$/ })).toBeVisible();
  await expect(page.getByText(/usr_/).first()).toBeVisible();
});

test("a user who assigns an alert that another user has just assigned sees the conflict, overwrites nothing, and then sees the current state", async ({
  page,
  complaints,
}) => {
  complaints.allow(/status of 4\d\d/);
  await page.goto(`/alerts/${shared}`);
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "Assign" }).click();
  expect((await adminApi().post(`/alerts/${shared}/assign`, { to: null })).status).toBe(200);
  await dialog
    .getByRole("combobox", { name: "Assign to" })
    .selectOption({ label: "Me (admin@example.com)" });
  await dialog.getByRole("button", { name: "Assign" }).click();
  await expect(
    dialog.getByText(/In the meantime, this alert was unassigned\. Nothing was changed\./),
  ).toBeVisible();
  expect((await readAlert(shared)).assignedTo).toBeNull();
  await page.keyboard.press("Escape");
  await expect(
    page
      .getByRole("list", { name: "History" })
      .getByText(/unassigned the alert from colleague@example\.com/),
  ).toBeVisible();
});

test("a user who acknowledges an alert after a colleague sees that, and the comment is kept", async ({
  page,
  browser,
}) => {
  await page.goto(`/alerts/${shared}`);
  const operators = await pageOf(browser, "operator", shared);
  for (const [each, comment] of [
    [operators, "calling the owner"],
    [page, "looking at the proxy"],
  ] as const) {
    await each.getByRole("button", { name: "Acknowledge" }).click();
    await each
      .getByRole("dialog")
      .getByRole("textbox", { name: /^Comment/ })
      .fill(comment);
    await each.getByRole("dialog").getByRole("button", { name: "Acknowledge" }).click();
    await expect(each.getByRole("dialog")).toBeHidden();
  }
  await expect(
    toast(page, "operator@example.com had already acknowledged it. Yours was recorded too."),
  ).toBeVisible();
  await expect(
    page
      .getByRole("list", { name: "History" })
      .getByText(/acknowledged the alert: looking at the proxy/),
  ).toBeVisible();
  expect((await readAlert(shared)).acknowledged?.by).toBe("operator@example.com");
  await operators.context().close();
});

test("a user who resolves an alert after a colleague sees how it was resolved, keeps the input, and then sees the current state", async ({
  page,
  complaints,
}) => {
  complaints.allow(/status of 4\d\d/);
  await page.goto(`/alerts/${shared}`);
  const dialog = page.getByRole("dialog"),
    comment = dialog.getByRole("textbox", { name: /^Comment/ });
  await page.getByRole("button", { name: "Resolve" }).click();
  await dialog.getByRole("radio", { name: /^Expected/ }).check();
  await comment.fill("a long story that takes a while to type");
  expect(
    (
      await adminApi().post(`/alerts/${shared}/resolve`, {
        resolution: "malicious",
        comment: "The key was stolen.",
      })
    ).status,
  ).toBe(200);
  await dialog.getByRole("button", { name: "Resolve" }).click();
  await expect(
    dialog.getByText(
      /has already resolved this alert as malicious: The key was stolen\. Nothing was changed\./,
    ),
  ).toBeVisible();
  await expect(comment).toHaveValue("a long story that takes a while to type");
  await page.keyboard.press("Escape");
  await expect(page.getByText("Resolved as")).toBeVisible();
  await expect(page.getByRole("button", { name: "Resolve" })).toHaveCount(0);
});

test("an alert lists its notifications, their responses and what waits; users who may open a destination get a link, others its name", async ({
  page,
  browser,
  complaints,
}) => {
  complaints.allow(/status of 4\d\d/);
  await page.goto(`/alerts/${shared}`);
  await expect(page.getByText("No destination receives critical alerts")).toBeVisible();
  await expect(page.getByRole("link", { name: "Add destination" })).toHaveAttribute(
    "href",
    "/settings/delivery",
  );
  for (const who of ["operator", "auditor"] as const) {
    const other = await pageOf(browser, who, shared);
    await expect(other.getByText("An administrator can add")).toBeVisible();
    await expect(other.getByRole("link", { name: "Add destination" })).toHaveCount(0);
    await other.context().close();
  }
  for (const [name, url] of [
    ["the collector", receiver.url],
    ["one that is away", "http://localhost:9/alerts"],
  ] as const) {
    const { status, body } = await adminApi().post<{ id: string }>("/destinations", {
      name,
      config: { kind: "webhook", url },
      minSeverity: "low",
    });
    expect(status, JSON.stringify(body)).toBe(201);
    destinations.push(body.id);
  }
  const { id } = await raise("told about"),
    list = page.getByRole("list", { name: "Notifications" });
  const line = (name: string) =>
    list
      .getByRole("listitem")
      .filter({ hasText: `${name} (Webhook): alert raised` })
      .first();
  await expect(async () => {
    await page.goto(`/alerts/${id}`);
    await expect(line("the collector").getByText("200 OK")).toBeVisible({ timeout: 500 });
    await expect(line("one that is away").getByText(/attempts\. Last: .*refused/)).toBeVisible({
      timeout: 500,
    });
    // The page is of one moment: while an attempt is running it has no next one.
    await expect(page.getByText("1 notification waiting to be sent.")).toBeVisible({
      timeout: 500,
    });
    await expect(line("one that is away").getByText(/^Next attempt/)).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 120_000 });
  await checkAppearance(page, "alert-deliveries", { fullPage: true });
  for (const [who, links] of [
    ["operator", 0],
    ["auditor", 1],
  ] as const) {
    const other = await pageOf(browser, who, id);
    await expect(
      other.getByRole("list", { name: "Notifications" }).getByText("the collector"),
    ).toBeVisible();
    await expect(other.getByRole("link", { name: "the collector" })).toHaveCount(links);
    await other.context().close();
  }
  await page.getByRole("link", { name: "one that is away" }).click();
  await expect(page.getByRole("heading", { name: "one that is away", level: 1 })).toBeVisible();
});
