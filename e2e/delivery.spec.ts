import { makeClient, use } from "./support/client";
import { looksWell } from "./support/look";
import { isSignedWith, openReceiver, type Receiver } from "./support/receiver";
import { expect, test } from "./support/test";
import { adminApi, chancery, stateOf } from "./support/world";

test.use({ storageState: stateOf("admin") });

let receiver: Receiver;
test.beforeAll(async () => {
  receiver = await openReceiver();
});
test.afterAll(() => receiver.close());

test("a webhook is added, its key shown once, tested with the answer in sight, paused, resumed and removed", async ({
  page,
}) => {
  await page.goto("/settings/delivery");
  await expect(page.getByText("Alerts stay in the console")).toBeVisible();
  await page.getByRole("button", { name: "New destination" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "Webhook" }).check();
  await dialog.getByRole("button", { name: "Add destination" }).click();
  await expect(
    dialog.getByRole("textbox", { name: "Name" }),
    "what is missing is said beside its field",
  ).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByRole("textbox", { name: "Address" })).toHaveAttribute(
    "aria-invalid",
    "true",
  );
  await dialog.getByRole("textbox", { name: "Name" }).fill("on call");
  await dialog
    .getByRole("textbox", { name: "Address" })
    .fill(`http://127.0.0.1:${receiver.port}/alerts`);
  await dialog.getByRole("button", { name: "Add destination" }).click();
  await expect(
    dialog.getByText(/127\.0\.0\.1 is loopback, which deliveries do not reach/),
    "this machine is closed unless it is allowed by name",
  ).toBeVisible();
  await looksWell(page, "delivery-form");
  await dialog.getByRole("textbox", { name: "Address" }).fill(receiver.url);
  await dialog.getByRole("combobox", { name: "Alerts" }).selectOption("low");
  await dialog.getByRole("button", { name: "Add destination" }).click();
  const key = (await dialog.getByText(/^chw_[\w-]{43}$/).textContent()) ?? "";
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("heading", { name: "on call", level: 1 })).toBeVisible();
  await expect(page.getByText(key)).toHaveCount(0);

  await page.getByRole("button", { name: "Send a test" }).click();
  await expect(page.getByText(/It was taken, in \d+ ms/)).toBeVisible();
  expect(receiver.got).toHaveLength(1);
  expect(receiver.got.every((posted) => isSignedWith(key, posted))).toBe(true);
  receiver.status = 503;
  await page.getByRole("button", { name: "Send a test" }).click();
  await expect(page.getByText("It did not get through.")).toBeVisible();
  await expect(
    page
      .getByRole("list", { name: "Deliveries" })
      .getByText(/It answered 503 Service Unavailable: closed for the night/),
  ).toBeVisible();
  receiver.status = 200;
  await looksWell(page, "delivery-destination", { fullPage: true });

  await page.getByRole("button", { name: "Acts on on call" }).click();
  await page.getByRole("menuitem", { name: "Pause" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("Paused", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Acts on on call" }).click();
  await page.getByRole("menuitem", { name: "Resume" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Resume" }).click();
  await expect(page.getByText("Failed", { exact: true }).first()).toBeVisible();
});

test("a revoked certificate that is used reaches the receiver by itself, again after a failure, and the history tells so", async ({
  page,
}) => {
  receiver.status = 500;
  const api = adminApi(),
    client = await makeClient(api, "till 4");
  const revoked = await api.post(`/certificates/${client.certificateId}/revoke`, {
    reason: "keyCompromise",
    comment: "The machine was stolen.",
  });
  expect(revoked.status).toBe(200);
  await expect.poll(async () => (await use(client)).code).toBe("certificate.revoked");
  type Told = {
    type: string;
    deliveryId: string;
    alert: { id: string; rule: string; severity: string; summary: string } | null;
  };
  const told = () =>
    receiver.got
      .map(({ body }) => JSON.parse(body) as Told)
      .filter(({ alert }) => alert?.rule === "revoked-used" && alert.summary.includes("till-4"));
  await expect.poll(() => told().length).toBeGreaterThan(1);
  receiver.status = 200;
  expect(told()[0]).toMatchObject({ type: "alert.opened", alert: { severity: "critical" } });
  const { alert } = told()[0] ?? {},
    { id = "" } = alert ?? {};
  await page.goto("/settings/delivery");
  await page.getByRole("row").filter({ hasText: "on call" }).getByRole("link").first().click();
  await expect(page.getByRole("heading", { name: "on call", level: 1 })).toBeVisible();
  const row = page
    .getByRole("list", { name: "Deliveries" })
    .getByRole("listitem")
    .filter({ has: page.locator(`a[href="/alerts/${id}"]`) })
    .first();
  await expect(async () => {
    await page.reload();
    await expect(row.getByText("Sent", { exact: true })).toBeVisible({ timeout: 500 });
  }).toPass();
  expect(
    new Set(told().map(({ deliveryId }) => deliveryId)).size,
    "a retry carries the same id",
  ).toBe(1);
  await row.getByText(/attempts, the last: 200 OK/).click();
  await expect(
    row.getByText(/It answered 500 Internal Server Error: closed for the night/).first(),
  ).toBeVisible();
  await looksWell(page, "delivery-history", { fullPage: true });
  await row.getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/revoked/i);
});

test("every kind has its own fields, and the list tells how each does", async ({ page }) => {
  await page.goto("/settings/delivery");
  const dialog = page.getByRole("dialog"),
    add = async () => page.getByRole("button", { name: "New destination" }).click();
  await add();
  await dialog.getByRole("radio", { name: "Syslog" }).check();
  await dialog.getByRole("textbox", { name: "Name" }).fill("siem");
  await dialog.getByRole("textbox", { name: "Server" }).fill("siem.example.com");
  await expect(dialog.getByRole("textbox", { name: "Port" })).toHaveValue("6514");
  await dialog.getByRole("combobox", { name: "Transport" }).selectOption("udp");
  await expect(dialog.getByRole("textbox", { name: "Port" })).toHaveValue("514");
  await dialog.getByRole("button", { name: "Add destination" }).click();
  await expect(page.getByRole("heading", { name: "siem", level: 1 })).toBeVisible();
  await page.goto("/settings/delivery");
  await add();
  await dialog.getByRole("textbox", { name: "Name" }).fill("mailing list");
  await dialog
    .getByRole("textbox", { name: "To", exact: true })
    .fill("security@example.com\nnobody");
  await dialog.getByRole("textbox", { name: "From" }).fill("chancery@example.com");
  await dialog.getByRole("textbox", { name: "Mail server" }).fill("smtp.example.com");
  await dialog.getByRole("textbox", { name: "User" }).fill("chancery");
  await dialog.getByRole("button", { name: "Add destination" }).click();
  await expect(dialog.getByRole("textbox", { name: "To", exact: true })).toHaveAttribute(
    "aria-invalid",
    "true",
  );
  await dialog
    .getByRole("textbox", { name: "To", exact: true })
    .fill("security@example.com\non-call@example.com");
  await dialog.getByRole("button", { name: "Add destination" }).click();
  await expect(dialog.getByText("Enter the password of this user.")).toBeVisible();
  await looksWell(page, "delivery-mail-form");
  await dialog.getByLabel("Password").fill("a password of mail");
  await dialog.getByRole("button", { name: "Add destination" }).click();
  await expect(page.getByRole("heading", { name: "mailing list", level: 1 })).toBeVisible();
  await page.goto("/settings/delivery");
  await expect(page.getByRole("row").filter({ hasText: "siem" })).toContainText("Not tried yet");
  await expect(page.getByRole("row").filter({ hasText: "on call" })).toContainText("Delivering");
  await looksWell(page, "delivery");
});

test("who may only read sees it and can do nothing, and a removed destination is gone", async ({
  page,
  browser,
}) => {
  const context = await browser.newContext({ storageState: stateOf("auditor") }),
    auditor = await context.newPage();
  await auditor.goto(`${chancery.http}/settings/delivery`);
  await expect(auditor.getByRole("row").filter({ hasText: "siem" })).toBeVisible();
  await expect(auditor.getByRole("button", { name: "New destination" })).toHaveCount(0);
  await context.close();
  for (const name of ["siem", "mailing list", "on call"]) {
    await page.goto("/settings/delivery");
    await page.getByRole("row").filter({ hasText: name }).getByRole("link").first().click();
    await page.getByRole("button", { name: `Acts on ${name}` }).click();
    await page.getByRole("menuitem", { name: "Remove" }).click();
    await page
      .getByRole("dialog")
      .getByRole("textbox", { name: "Comment" })
      .fill("Not needed any more.");
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText("Removed", { exact: true })).toBeVisible();
    await expect(page.getByRole("button", { name: "Send a test" })).toHaveCount(0);
  }
  await page.goto("/settings/delivery");
  await expect(page.getByText("Alerts stay in the console")).toBeVisible();
});
