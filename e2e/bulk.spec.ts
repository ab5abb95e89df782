import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { createIdentity, type Page as Items } from "@/e2e/support/api";
import { checkAppearance } from "@/e2e/support/look";
import { createCsr } from "@/e2e/support/openssl";
import { raiseAlert } from "@/e2e/support/raise-alert";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

const toast = (page: Page, text: RegExp | string) =>
  page.getByRole("region", { name: "Messages" }).getByText(text);
const bar = (page: Page) => page.getByRole("region", { name: "Selected rows" });

/** An identity with so many valid certificates; its ID, and the PEM of the last one. */
async function makeFleet(name: string, count: number): Promise<{ id: string; pem: string }> {
  const id = await createIdentity(adminApi(), name);
  let pem = "";
  for (let n = 1; n <= count; n += 1) {
    const { pem: csr } = await createCsr([`${name}-${n}.example.com`]);
    const { body, status } = await adminApi().post<{ pem: string }>("/certificates", {
      profile: "tls-server",
      identity: id,
      csr,
    });
    expect(status).toBe(201);
    ({ pem } = body);
  }
  return { id, pem };
}

test("all alerts of a page are acknowledged with three clicks, and one on its row with one", async ({
  page,
}) => {
  for (const name of ["first-many", "second-many", "third-many"]) await raiseAlert(name);
  await page.goto("/alerts?status=open");
  await page
    .getByRole("button", { name: /^Acknowledge: / })
    .first()
    .click();
  await expect(toast(page, "Acknowledged.")).toBeVisible();
  await page.getByRole("checkbox", { name: "Select all rows on this page" }).check();
  await expect(bar(page)).toBeVisible();
  await checkAppearance(page, "alerts-selected");
  await bar(page).getByRole("button", { name: "Acknowledge" }).click();
  await expect(toast(page, /alerts? acknowledged/)).toBeVisible();
  await expect(bar(page)).toBeHidden();
  await expect(page.getByText("No alerts match")).toBeVisible();
});

test("rows are selected by keyboard alone, as a range, and resolved together", async ({ page }) => {
  await page.goto("/alerts");
  const links = page.getByRole("table").getByRole("link");
  await links.first().focus();
  await page.keyboard.press("x");
  await expect(bar(page).getByText("1 selected")).toBeVisible();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Shift+X");
  await expect(bar(page).getByText("3 selected")).toBeVisible();
  await bar(page).getByRole("button", { name: "Resolve" }).click();
  const dialog = page.getByRole("dialog", { name: "Resolve 3 alerts?" });
  await expect(dialog.getByRole("region", { name: "Dry run" })).toContainText("3 alerts");
  await dialog.getByRole("radio", { name: /Expected/ }).check();
  await dialog.getByRole("textbox", { name: "Comment" }).fill("a planned test");
  const submit = dialog.getByRole("button", { name: "Resolve" });
  await expect(submit).toHaveAttribute("aria-disabled", "true");
  await dialog.getByRole("textbox", { name: "Type resolve 3 to continue" }).fill("resolve 3");
  await checkAppearance(page, "alerts-resolve-many");
  await submit.click();
  await expect(page.getByRole("heading", { level: 1, name: "Resolve 3 alerts" })).toBeVisible();
  await expect(page.getByText("3 of 3 alerts")).toBeVisible();
});

test("all alerts that match are acknowledged after a dry run in figures, and each has a line in the report", async ({
  page,
}) => {
  const api = adminApi();
  for (const name of ["match-open", "match-seen", "match-gone"]) await raiseAlert(name);
  const idOf = async (name: string) =>
    (await api.get<Items<{ id: string }>>(`/alerts?q=${name}`)).body.items[0]?.id ?? "";
  await api.post(`/alerts/${await idOf("match-seen")}/acknowledge`, {});
  const resolution = { resolution: "expected", comment: "a planned test" };
  await api.post(`/alerts/${await idOf("match-gone")}/resolve`, resolution);
  await page.goto("/alerts?status=all&q=match-&limit=2");
  await page.getByRole("checkbox", { name: "Select all rows on this page" }).check();
  await bar(page).getByRole("button", { name: "Select all 3 that match" }).click();
  await bar(page).getByRole("button", { name: "Acknowledge" }).click();
  const dialog = page.getByRole("dialog", { name: "Acknowledge 3 alerts?" });
  const figures = dialog.getByRole("region", { name: "Dry run" });
  await expect(figures).toContainText("1 alert, out of 3 selected: 1 critical.");
  await expect(figures).toContainText("1 left out: already acknowledged");
  await expect(figures).toContainText("1 left out: already resolved");
  expect(
    (await api.get<{ alert: { status: string } }>(`/alerts/${await idOf("match-open")}`)).body.alert
      .status,
  ).toBe("open");
  await checkAppearance(page, "alerts-acknowledge-all");
  await dialog.getByRole("button", { name: "Acknowledge" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Acknowledge 1 alert" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Finished" })).toBeVisible();
  const rows = page.getByRole("table", { name: "Report" }).getByRole("row");
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toContainText(/match-open.*Acknowledged/s);
  await checkAppearance(page, "alerts-report");
  await rows.nth(1).getByRole("link").first().click();
  await expect(page.getByRole("heading", { level: 1 }).locator("..")).toContainText("Acknowledged");
});

test("everything valid of an identity is revoked after a dry run and a typed word, with a report", async ({
  page,
}) => {
  const { id } = await makeFleet("fleet", 5);
  await page.goto(`/identities/${id}`);
  await page.getByRole("button", { name: "Revoke all 5 valid" }).click();
  const dialog = page.getByRole("dialog", { name: "Revoke 5 certificates?" });
  await expect(dialog.getByText("5 certificates of 1 identity.")).toBeVisible();
  const revoke = dialog.getByRole("button", { name: "Revoke", exact: true });
  await expect(revoke).toHaveAttribute("aria-disabled", "true");
  await checkAppearance(page, "bulk-dialog");
  await dialog.getByRole("textbox", { name: "Type revoke 5 to continue" }).fill("revoke 5");
  await expect(dialog.getByRole("radio", { checked: true })).toHaveCount(0);
  await expect(revoke).toHaveAttribute("aria-disabled", "true");
  await dialog.getByRole("radio", { name: "Superseded" }).check();
  await revoke.click();
  await expect(
    page.getByRole("heading", { level: 1, name: "Revoke 5 certificates" }),
  ).toBeVisible();
  await expect(page.getByRole("heading", { name: "Finished" })).toBeVisible();
  await expect(page.getByText("5 of 5 certificates")).toBeVisible();
  await checkAppearance(page, "bulk-finished", { fullPage: true });
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download report (CSV)" }).click(),
  ]);
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
  expect(lines).toHaveLength(6);
  for (const line of lines.slice(1)) expect(line).toMatch(/"done".*"ent_/);
  await page.goto(`/certificates?identity=${id}&state=revoked`);
  await expect(page.getByText("5 certificates match.")).toBeVisible();
});

test("selected certificates are put on hold and released; one that has changed since the dry run refuses the start", async ({
  page,
}) => {
  const { id } = await makeFleet("held-fleet", 3);
  await page.goto(`/certificates?identity=${id}`);
  await page.getByRole("checkbox", { name: "Select all rows on this page" }).check();
  await expect(bar(page).getByText("3 selected")).toBeVisible();
  await checkAppearance(page, "certificates-selected");
  await bar(page).getByRole("button", { name: "Hold" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Type hold 3 to continue" }).fill("hold 3");
  const { body } = await adminApi().get<{ items: readonly { id: string }[] }>(
    `/certificates?identity=${id}`,
  );
  await adminApi().post(`/certificates/${body.items[0]?.id}/revoke`, { reason: "superseded" });
  await dialog.getByRole("button", { name: "Hold", exact: true }).click();
  await expect(dialog.getByText(/Nothing was done. Run it again/)).toBeVisible();
  await page.goto(`/certificates?identity=${id}`);
  await page.getByRole("checkbox", { name: "Select all rows on this page" }).check();
  await bar(page).getByRole("button", { name: "Hold" }).click();
  await expect(dialog.getByText("1 left out: already revoked")).toBeVisible();
  await dialog.getByRole("textbox", { name: "Type hold 2 to continue" }).fill("hold 2");
  await dialog.getByRole("button", { name: "Hold", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Finished" })).toBeVisible();
  await page.goto(`/certificates?identity=${id}&state=held`);
  await expect(page.getByText("2 certificates match.")).toBeVisible();
});

test("all certificates of a compromised key are found by what is pasted, and a private key is refused", async ({
  page,
}) => {
  const { pem } = await makeFleet("leaked", 1);
  await page.goto("/certificates");
  await page.getByRole("button", { name: "Compromised key" }).click();
  const dialog = page.getByRole("dialog", { name: "Find certificates by key" });
  const field = dialog.getByRole("textbox", { name: "Public key, CSR or certificate" });
  await field.fill("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----");
  await dialog.getByRole("button", { name: "Find certificates" }).click();
  await expect(dialog.getByText(/This is a private key/)).toBeVisible();
  await field.fill(pem);
  await dialog.getByRole("button", { name: "Find certificates" }).click();
  await expect(page.getByText("Certificates with one public key")).toBeVisible();
  await expect(page.getByText("1 certificate matches.")).toBeVisible();
  await checkAppearance(page, "certificates-of-key");
  await page.getByRole("button", { name: "Revoke all 1" }).click();
  await expect(page.getByRole("radio", { name: "Key compromise" })).toBeChecked();
});

test("a leaked key without a certificate is blocked, and no certificate is issued for it", async ({
  page,
}) => {
  const { pem: csr } = await createCsr(["leaked-early.example.com"]);
  const identity = await createIdentity(adminApi(), "leaked early");
  await page.goto("/certificates");
  const dialog = page.getByRole("dialog", { name: "Find certificates by key" });
  const paste = async () => {
    await page.getByRole("button", { name: "Compromised key" }).click();
    await dialog.getByRole("textbox", { name: "Public key, CSR or certificate" }).fill(csr);
    await dialog.getByRole("button", { name: "Find certificates" }).click();
  };
  await paste();
  await expect(dialog.getByText("No certificate has this key")).toBeVisible();
  await checkAppearance(page, "key-block");
  await dialog.getByRole("button", { name: "Back" }).click();
  await expect(dialog.getByRole("textbox")).toBeVisible();
  await page.keyboard.press("Escape");
  await paste();
  await dialog.getByRole("textbox", { name: "Comment" }).fill("found in a public repository");
  await dialog.getByRole("button", { name: "Block key" }).click();
  await expect(toast(page, /Key blocked/)).toBeVisible();
  await paste();
  await expect(dialog.getByText("This key is blocked")).toBeVisible();
  const refused = await adminApi().post<{ errors: readonly { code: string }[] }>("/certificates", {
    profile: "tls-server",
    identity,
    csr,
  });
  expect(refused.status).toBe(422);
  expect(refused.body.errors.map(({ code }) => code)).toContain("key.blocked");
  await page.goto("/audit?action=key.blocked");
  await expect(page.getByRole("table")).toContainText("found in a public repository");
});

test("the inventory is downloaded as filtered with three clicks", async ({ page }) => {
  await makeFleet("inventoried", 1);
  await page.goto("/certificates?q=inventoried-1.example.com");
  await page.getByRole("button", { name: "Export" }).click();
  await checkAppearance(page, "inventory-export");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download CSV" }).click(),
  ]);
  const text = await readFile(await download.path(), "utf8");
  expect(text.trim().split("\r\n")).toHaveLength(2);
  expect(text).toContain('"inventoried-1.example.com"');
});

test("an auditor sees no selection, and may export", async ({ browser }) => {
  const context = await browser.newContext({
    baseURL: chancery.http,
    storageState: stateOf("auditor"),
  });
  const page = await context.newPage();
  await page.goto("/certificates");
  await expect(page.getByRole("button", { name: "Export" })).toBeVisible();
  await expect(page.getByRole("checkbox")).toHaveCount(0);
  await context.close();
});
