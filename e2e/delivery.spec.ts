import { createTestService, requestWithCertificate } from "@/e2e/support/client";
import { checkAppearance } from "@/e2e/support/look";
import { hasValidSignature, startReceiver, type Receiver } from "@/e2e/support/receiver";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });

let receiver: Receiver;
test.beforeAll(async () => {
  receiver = await startReceiver();
});
test.afterAll(() => receiver.close());

test("a webhook is added, its key shown once, tested with the answer in sight, paused, resumed and removed", async ({
  page,
}) => {
  await page.goto("/settings/delivery");
  await expect(page.getByText("No destinations yet")).toBeVisible();
  await page.getByRole("button", { name: "Add destination" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "Webhook" }).check();
  await dialog.getByRole("button", { name: "Add destination" }).click();
  await expect(
    dialog.getByRole("textbox", { name: "Name", exact: true }),
    "what is missing is reported at its field",
  ).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByRole("textbox", { name: "URL" })).toHaveAttribute(
    "aria-invalid",
    "true",
  );
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("on call");
  await dialog
    .getByRole("textbox", { name: "URL" })
    .fill(`http://127.0.0.1:${receiver.port}/alerts`);
  await dialog.getByRole("button", { name: "Add destination" }).click();
  await expect(
    dialog.getByText(/127\.0\.0\.1 is loopback, which deliveries do not reach/),
    "this machine is closed unless it is allowed by name",
  ).toBeVisible();
  await checkAppearance(page, "delivery-form");
  await dialog.getByRole("textbox", { name: "URL" }).fill(receiver.url);
  await dialog.getByRole("combobox", { name: "Alerts" }).selectOption("low");
  await dialog.getByRole("button", { name: "Add destination" }).click();
  const key = (await dialog.getByText(/^chw_[\w-]{43}$/).textContent()) ?? "";
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("heading", { name: "on call", level: 1 })).toBeVisible();
  await expect(page.getByText(key)).toHaveCount(0);

  const shown = `${new URL(receiver.url).origin}/…`;
  await expect(page.getByText(shown).first(), "only the host of the URL is shown").toBeVisible();
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await expect(dialog.getByRole("textbox", { name: "URL" })).toHaveValue(shown);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog, "the masked URL keeps the stored one").toBeHidden();

  await page.getByRole("button", { name: "Send test" }).click();
  await expect(page.getByText(/Delivered in \d+ ms/)).toBeVisible();
  expect(receiver.received).toHaveLength(1);
  expect(receiver.received.every((posted) => hasValidSignature(key, posted))).toBe(true);
  receiver.status = 503;
  await page.getByRole("button", { name: "Send test" }).click();
  await expect(page.getByText("Delivery failed.")).toBeVisible();
  await expect(
    page
      .getByRole("list", { name: "Notifications" })
      .getByText(/503 Service Unavailable: closed for the night/),
  ).toBeVisible();
  receiver.status = 200;
  await checkAppearance(page, "delivery-destination", { fullPage: true });

  await page.getByRole("button", { name: "Actions for on call" }).click();
  await page.getByRole("menuitem", { name: "Pause" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("Paused", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Actions for on call" }).click();
  await page.getByRole("menuitem", { name: "Resume" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Resume" }).click();
  await expect(page.getByText("Failed", { exact: true }).first()).toBeVisible();
});

test("a revoked certificate that is used reaches the receiver automatically, again after a failure, and the history shows it", async ({
  page,
}) => {
  receiver.status = 500;
  const api = adminApi(),
    client = await createTestService(api, "till 4");
  const revoked = await api.post(`/certificates/${client.certificateId}/revoke`, {
    reason: "keyCompromise",
    comment: "The machine was stolen.",
  });
  expect(revoked.status).toBe(200);
  await expect
    .poll(async () => (await requestWithCertificate(client)).code)
    .toBe("certificate.revoked");
  type Notification = {
    type: string;
    deliveryId: string;
    alert: { id: string; rule: string; severity: string; summary: string } | null;
  };
  const received = () =>
    receiver.received
      .map(({ body }) => JSON.parse(body) as Notification)
      .filter(({ alert }) => alert?.rule === "revoked-used" && alert.summary.includes("till-4"));
  await expect.poll(() => received().length).toBeGreaterThan(1);
  receiver.status = 200;
  expect(received()[0]).toMatchObject({ type: "alert.opened", alert: { severity: "critical" } });
  const { alert } = received()[0] ?? {},
    { id = "" } = alert ?? {};
  await page.goto("/settings/delivery");
  await page.getByRole("row").filter({ hasText: "on call" }).getByRole("link").first().click();
  await expect(page.getByRole("heading", { name: "on call", level: 1 })).toBeVisible();
  const row = page
    .getByRole("list", { name: "Notifications" })
    .getByRole("listitem")
    .filter({ has: page.locator(`a[href="/alerts/${id}"]`) })
    .first();
  await expect(async () => {
    await page.reload();
    await expect(row.getByText("Sent", { exact: true })).toBeVisible({ timeout: 500 });
  }).toPass();
  expect(
    new Set(received().map(({ deliveryId }) => deliveryId)).size,
    "a retry carries the same id",
  ).toBe(1);
  await row.getByText(/attempts\. Last: 200 OK/).click();
  await expect(
    row.getByText(/500 Internal Server Error: closed for the night/).first(),
  ).toBeVisible();
  await checkAppearance(page, "delivery-history", { fullPage: true });
  await row.getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/revoked/i);
});

test("a destination that fails says what waits, since when and why, and what to do; a retry sends it", async ({
  page,
}) => {
  const api = adminApi();
  receiver.status = 503;
  const client = await createTestService(api, "till 5");
  await api.post(`/certificates/${client.certificateId}/revoke`, { reason: "keyCompromise" });
  await expect
    .poll(async () => (await requestWithCertificate(client)).code)
    .toBe("certificate.revoked");
  const { body } = await api.get<{ items: { id: string; name: string }[] }>("/destinations");
  const { id = "" } = body.items.find(({ name }) => name === "on call") ?? {};
  const waiting = async () =>
    (await api.get<{ waiting: number; last: { ok: boolean } | null }>(`/destinations/${id}`)).body;
  await expect
    .poll(async () => {
      const { waiting: count, last } = await waiting();
      return count > 0 && last?.ok === false;
    })
    .toBe(true);
  await page.goto(`/settings/delivery/${id}`);
  await expect(
    page.getByText(/^\d+ notifications? waiting since \d{4}-\d\d-\d\d \d\d:\d\d UTC$/),
  ).toBeVisible();
  await expect(
    page.getByText(/^The receiver responded 503 Service Unavailable: .* Look into its logs\.$/),
  ).toBeVisible();
  await checkAppearance(page, "delivery-failing", { fullPage: true });
  receiver.status = 200;
  await page.getByRole("button", { name: "Retry now" }).click();
  await expect(page.getByText("Retrying now.")).toBeVisible();
  await expect.poll(async () => (await waiting()).waiting).toBe(0);
  await page.reload();
  await expect(page.getByText("Delivering", { exact: true }).first()).toBeVisible();
});

test("every kind has its own fields, and the list shows the state of each", async ({ page }) => {
  await page.goto("/settings/delivery");
  const dialog = page.getByRole("dialog"),
    add = async () => page.getByRole("button", { name: "Add destination" }).click();
  await add();
  await dialog.getByRole("radio", { name: "Syslog" }).check();
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("siem");
  await dialog.getByRole("textbox", { name: "Server" }).fill("siem.example.com");
  await expect(dialog.getByRole("textbox", { name: "Port" })).toHaveValue("6514");
  await dialog.getByRole("combobox", { name: "Transport" }).selectOption("udp");
  await expect(dialog.getByRole("textbox", { name: "Port" })).toHaveValue("514");
  await dialog.getByRole("button", { name: "Add destination" }).click();
  await expect(page.getByRole("heading", { name: "siem", level: 1 })).toBeVisible();
  await page.goto("/settings/delivery");
  await add();
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("mailing list");
  await dialog
    .getByRole("textbox", { name: "To", exact: true })
    .fill("security@example.com\nno address");
  await dialog.getByRole("textbox", { name: "From" }).fill("chancery@example.com");
  await dialog.getByRole("textbox", { name: "Mail server" }).fill("smtp.example.com");
  await dialog.getByRole("textbox", { name: "Username" }).fill("chancery");
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
  await checkAppearance(page, "delivery-mail-form");
  await dialog.getByLabel("Password").fill("a password of mail");
  await dialog.getByRole("button", { name: "Add destination" }).click();
  await expect(page.getByRole("heading", { name: "mailing list", level: 1 })).toBeVisible();
  await page.goto("/settings/delivery");
  await expect(page.getByRole("row").filter({ hasText: "siem" })).toContainText("Not used yet");
  await expect(page.getByRole("row").filter({ hasText: "on call" })).toContainText("Delivering");
  await checkAppearance(page, "delivery");
});

test("a user who may only read can change nothing, and a removed destination is gone", async ({
  page,
  browser,
}) => {
  const context = await browser.newContext({ storageState: stateOf("auditor") }),
    auditor = await context.newPage();
  await auditor.goto(`${chancery.http}/settings/delivery`);
  await expect(auditor.getByRole("row").filter({ hasText: "siem" })).toBeVisible();
  await expect(auditor.getByRole("button", { name: "Add destination" })).toHaveCount(0);
  await context.close();
  for (const name of ["siem", "mailing list", "on call"]) {
    await page.goto("/settings/delivery");
    await page.getByRole("row").filter({ hasText: name }).getByRole("link").first().click();
    await page.getByRole("button", { name: `Actions for ${name}` }).click();
    await page.getByRole("menuitem", { name: "Remove" }).click();
    await page
      .getByRole("dialog")
      .getByRole("textbox", { name: "Comment" })
      .fill("No longer needed.");
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText("Removed", { exact: true })).toBeVisible();
    await expect(page.getByRole("button", { name: "Send test" })).toHaveCount(0);
  }
  await page.goto("/settings/delivery");
  await expect(page.getByText("No destinations yet")).toBeVisible();
});
