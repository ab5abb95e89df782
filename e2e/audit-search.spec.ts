import type { Page } from "@playwright/test";
import { type Certificate, createIdentity } from "@/e2e/support/api";
import { checkAppearance } from "@/e2e/support/look";
import { createCsr } from "@/e2e/support/openssl";
import { expect, test } from "@/e2e/support/test";
import { adminApi, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("auditor") });

const entries = (page: Page) => page.getByRole("table", { name: "Entries" });
const chips = (page: Page) => page.getByRole("group", { name: "Filters", exact: true });
const chart = (page: Page) => page.getByRole("figure", { name: "Entries over time" });
const bars = (page: Page) => chart(page).getByRole("group").getByRole("button");
const toast = (page: Page, text: string) =>
  page.getByRole("region", { name: "Messages" }).getByText(text);

async function revokedCertificate(name = `search-${Date.now()}.example.com`): Promise<Certificate> {
  const api = adminApi();
  const { pem } = await createCsr([name]);
  const identity = await createIdentity(api, "search");
  const body = { profile: "tls-server", identity, csr: pem };
  const { body: certificate } = await api.post<Certificate>("/certificates", body);
  await api.post(`/certificates/${certificate.id}/revoke`, { reason: "superseded" });
  return certificate;
}

test("an action is found by how its name begins, chosen with the keyboard, and shown as a chip with its name", async ({
  page,
}) => {
  await revokedCertificate();
  await page.goto("/audit");
  await page.getByRole("button", { name: "Action: Any action" }).click();
  await page.getByRole("combobox", { name: "Action" }).fill("rev");
  await expect(page.getByRole("option", { name: "Certificate revoked" })).toBeVisible();
  await expect(page.getByRole("option", { name: "Certificate issued" })).toBeHidden();
  await page.getByRole("combobox", { name: "Action" }).fill("certificate revoked");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/action=certificate\.revoked/);
  await expect(chips(page)).toContainText("Certificate revoked");
  await expect(entries(page).getByRole("link").first()).toContainText("revoked");
  await page.getByRole("link", { name: /^Remove filter Action/ }).click();
  await expect(page).not.toHaveURL(/action=/);
});

test("a serial number is found as openssl, a browser and a decimal print it", async ({ page }) => {
  const name = `serial-${Date.now()}.example.com`;
  const { serial } = await revokedCertificate(name);
  const written = [
    serial.toUpperCase().replace(/(..)(?=.)/g, "$1:"),
    `0x${serial.toUpperCase()}`,
    serial.replace(/(..)(?=.)/g, "$1 "),
    BigInt(`0x${serial}`).toString(),
  ];
  for (const text of written) {
    await page.goto("/audit");
    await page.getByRole("button", { name: "More filters" }).click();
    const dialog = page.getByRole("dialog", { name: "Filter entries" });
    await dialog.getByRole("textbox", { name: "Serial number" }).fill(text);
    await dialog.getByRole("button", { name: "Apply filters" }).click();
    await expect(chips(page)).toContainText(text);
    await expect(entries(page).getByRole("link").first()).toContainText(
      `issued certificate ${name}`,
    );
  }
});

test("a period is one choice, and an end before the start is a warning", async ({ page }) => {
  await page.goto("/audit");
  await page.getByRole("combobox", { name: "Period" }).selectOption("Last 24 hours");
  await expect(page).toHaveURL(/period=24h/);
  await expect(chips(page)).toContainText("Last 24 hours");
  await page.goto("/audit?from=2026-02-01&to=2026-01-01");
  await expect(page.getByText("The end is before the start.")).toBeVisible();
});

test("what can't be searched for is a warning, and the rest of the filters is answered", async ({
  page,
}) => {
  for (const [query, warning] of [
    ["q=plan+b", "Too short: b."],
    ["q=--", "Enter at least one word of letters or digits."],
    [`q=${encodeURIComponent("日".repeat(84))}`, "Enter at most 251 bytes of each word"],
    ["period=24h&to=2020-01-01", "The end is before the start."],
    ["action=request.&action=session.", "Given more than once: only the first is used."],
    ["targt=crt_1", "Unknown filter."],
  ] as const) {
    await page.goto(`/audit?reads=include&${query}`);
    await expect(page.getByText(warning)).toBeVisible();
    await expect(entries(page).getByRole("link").first()).toBeVisible();
  }
});

test("the histogram filters by dragging and by keyboard, and its table has the same numbers", async ({
  page,
}) => {
  await revokedCertificate();
  await page.goto("/audit");
  await expect(bars(page).first()).toBeVisible();
  const filled = bars(page).and(page.getByLabel(/: [1-9][\d,]* entr/));
  const last = filled.last();
  await last.focus();
  await expect(chart(page).locator("figcaption")).toContainText(/entr(y|ies)/);
  await page.keyboard.press("Shift+ArrowLeft");
  await expect(bars(page).and(page.locator("[aria-pressed=true]"))).not.toHaveCount(0);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/from=[^&]+&to=|to=[^&]+/);
  await expect(chips(page)).toContainText("Time");

  await page.goto("/audit");
  await expect(bars(page).first()).toBeVisible();
  const box = await last.boundingBox();
  if (!box) throw new Error("the bar has no box");
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x - 20, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, y, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/from=/);
  await expect(entries(page).getByRole("link").first()).toBeVisible();

  await chart(page).getByRole("button", { name: "Show as table" }).click();
  await chart(page).getByRole("table").getByRole("link").last().click();
  await expect(page).toHaveURL(/from=/);
  await expect(entries(page).getByRole("link").first()).toBeVisible();
});

test("a view is saved, opened, shared by its URL, renamed and deleted, and each is recorded", async ({
  page,
}) => {
  const name = `Denied ${Date.now()}`;
  await page.goto("/audit?outcome=denied&period=7d");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Save this view" }).click();
  const dialog = page.getByRole("dialog", { name: "Save this view" });
  await dialog.getByRole("textbox", { name: /^Name/ }).fill(name);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(toast(page, "View saved.")).toBeVisible();
  await page.goto("/audit");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name }).click();
  await expect(page).toHaveURL(/outcome=denied&period=7d/);
  await expect(page.getByRole("button", { name: `View: ${name}` })).toBeVisible();

  await page.getByRole("button", { name: `View: ${name}` }).click();
  await page.getByRole("menuitem", { name: "Manage views" }).click();
  await expect(page.getByRole("heading", { name: "Saved views", level: 1 })).toBeVisible();
  await checkAppearance(page, "audit-views");
  await page.getByRole("button", { name: `Rename ${name}` }).click();
  await page.getByRole("dialog").getByRole("textbox", { name: /^Name/ }).fill(`${name} again`);
  await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  await expect(toast(page, "View renamed.")).toBeVisible();
  await page.getByRole("button", { name: `Delete ${name} again` }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(toast(page, "View deleted.")).toBeVisible();
  await page.goto("/audit?action=view.");
  await expect(entries(page)).toContainText(`deleted the view ${name} again`);
  await expect(entries(page)).toContainText(`saved the view ${name}`);
});

test("the audit log with its filters has no axe violations, light or dark, and fits into 360 px", async ({
  page,
}) => {
  await page.goto("/audit?period=24h&ip=127.0.0.0/8&action=request.&reads=include&q=get");
  await expect(bars(page).first()).toBeVisible();
  await checkAppearance(page, "audit-search");
  await page.getByRole("button", { name: /^Action:/ }).click();
  await expect(page.getByRole("combobox", { name: "Action" })).toBeFocused();
  await checkAppearance(page, "audit-actions");
});
