import type { Browser, Page } from "@playwright/test";
import { makeClient, use, type Client } from "./support/client";
import { looksWell } from "./support/look";
import { openReceiver, type Receiver } from "./support/receiver";
import { expect, hydrated, test } from "./support/test";
import { adminApi, chancery, password, stateOf, type Who } from "./support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

type Alert = Readonly<{
  id: string;
  status: string;
  assignedTo: Readonly<{ id: string; label: string }> | null;
  acknowledged: Readonly<{ by: string }> | null;
}>;
const toast = (page: Page, text: RegExp | string) =>
  page.getByRole("region", { name: "Receipts" }).getByText(text);
const readAlert = async (id: string) =>
  (await adminApi().get<{ alert: Alert }>(`/alerts/${id}`)).body.alert;

/** A revoked certificate is used; the alert's id, once the rules have read it. */
async function raise(name: string): Promise<Readonly<{ client: Client; id: string }>> {
  const client = await makeClient(adminApi(), name);
  expect(
    (
      await adminApi().post(`/certificates/${client.certificateId}/revoke`, {
        reason: "keyCompromise",
        comment: "laptop lost",
      })
    ).status,
  ).toBe(200);
  expect((await use(client)).code).toBe("certificate.revoked");
  let id = "";
  await expect(async () => {
    id =
      (await adminApi().get<{ items: readonly Alert[] }>(`/alerts?subject=${client.certificateId}`))
        .body.items[0]?.id ?? "";
    expect(id).not.toBe("");
  }).toPass({ timeout: 15_000 });
  return { client, id };
}

/** The alert as that person sees it, in a browser of their own. Close its context. */
async function pageOf(browser: Browser, who: Who, id: string): Promise<Page> {
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
  receiver = await openReceiver();
  await adminApi().post("/users", {
    email: "colleague@example.com",
    name: "Colleague",
    role: "operator",
    password,
  });
});
test.afterAll(async () => {
  for (const id of destinations) await adminApi().post(`/destinations/${id}/remove`, {});
  await receiver.close();
});

test("an operator hands an alert to a colleague; whoever may not answer alerts is not offered; the entry says from whom and to whom", async ({
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
  }
  await expect(
    operators
      .getByRole("list", { name: "History" })
      .getByText(/assigned the alert to colleague@example\.com instead of admin@example\.com/),
  ).toBeVisible();
  await operators.context().close();
  await page.goto("/audit?action=alert.assigned");
  await page
    .getByRole("table")
    .getByRole("link", { name: /instead of admin@example\.com/ })
    .first()
    .click();
  await expect(page.getByRole("heading", { name: /^Entry \d+$/ })).toBeVisible();
  await expect(page.getByText(/usr_/).first()).toBeVisible();
});

test("who assigns what somebody else has just assigned is told, overwrites nothing, and then sees it as it is", async ({
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
    dialog.getByText(/Meanwhile somebody has taken the assignment off\. Nothing was changed\./),
  ).toBeVisible();
  expect((await readAlert(shared)).assignedTo).toBeNull();
  await page.keyboard.press("Escape");
  await expect(
    page
      .getByRole("list", { name: "History" })
      .getByText(/took the alert from colleague@example\.com/),
  ).toBeVisible();
});

test("who acknowledges what a colleague has acknowledged is told so, and the comment is kept", async ({
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
    toast(page, "operator@example.com had acknowledged it already. Yours is on the record, too."),
  ).toBeVisible();
  await expect(
    page
      .getByRole("list", { name: "History" })
      .getByText(/acknowledged the alert: looking at the proxy/),
  ).toBeVisible();
  expect((await readAlert(shared)).acknowledged?.by).toBe("operator@example.com");
  await operators.context().close();
});

test("who resolves what a colleague has just resolved is told how, keeps what was typed, and then sees it as it is", async ({
  page,
  complaints,
}) => {
  complaints.allow(/status of 4\d\d/);
  await page.goto(`/alerts/${shared}`);
  const dialog = page.getByRole("dialog"),
    comment = dialog.getByRole("textbox", { name: /^Comment/ });
  await page.getByRole("button", { name: "Resolve" }).click();
  await dialog.getByRole("radio", { name: /^Expected/ }).check();
  await comment.fill("a long story that nobody wants to type twice");
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
      /has resolved this alert already, as malicious: The key was stolen\. Nothing was changed\./,
    ),
  ).toBeVisible();
  await expect(comment).toHaveValue("a long story that nobody wants to type twice");
  await page.keyboard.press("Escape");
  await expect(page.getByText("Resolved as")).toBeVisible();
  await expect(page.getByRole("button", { name: "Resolve" })).toHaveCount(0);
});

test("an alert says whom it was told, what came back and what waits; who may see the destination gets there, who may not sees its name", async ({
  page,
  browser,
  complaints,
}) => {
  complaints.allow(/status of 4\d\d/);
  await page.goto(`/alerts/${shared}`);
  await expect(page.getByText("No destination takes critical alerts")).toBeVisible();
  await expect(page.getByRole("link", { name: "Add a destination" })).toHaveAttribute(
    "href",
    "/settings/delivery",
  );
  for (const who of ["operator", "auditor"] as const) {
    const other = await pageOf(browser, who, shared);
    await expect(other.getByText("An administrator can have such alerts sent")).toBeVisible();
    await expect(other.getByRole("link", { name: "Add a destination" })).toHaveCount(0);
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
    list = page.getByRole("list", { name: "Deliveries" });
  const line = (name: string) =>
    list
      .getByRole("listitem")
      .filter({ hasText: `${name} (Webhook), that it was raised` })
      .first();
  await expect(async () => {
    await page.goto(`/alerts/${id}`);
    await expect(line("the collector").getByText("200 OK")).toBeVisible({ timeout: 500 });
    await expect(line("one that is away").getByText(/attempts, the last: .*refused/)).toBeVisible({
      timeout: 500,
    });
  }).toPass({ timeout: 20_000 });
  await expect(page.getByText("1 delivery still to be sent.")).toBeVisible();
  await expect(line("one that is away").getByText(/^The next try is due/)).toBeVisible();
  await looksWell(page, "alert-deliveries", { fullPage: true });
  for (const [who, links] of [
    ["operator", 0],
    ["auditor", 1],
  ] as const) {
    const other = await pageOf(browser, who, id);
    await expect(
      other.getByRole("list", { name: "Deliveries" }).getByText("the collector"),
    ).toBeVisible();
    await expect(other.getByRole("link", { name: "the collector" })).toHaveCount(links);
    await other.context().close();
  }
  await page.getByRole("link", { name: "one that is away" }).click();
  await expect(page.getByRole("heading", { name: "one that is away", level: 1 })).toBeVisible();
});
