import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import type { Locator, Page } from "@playwright/test";
import { createIdentity } from "@/e2e/support/api";
import { checkAppearance } from "@/e2e/support/look";
import { tempPath } from "@/e2e/support/openssl";
import { run } from "@/e2e/support/run";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, emails, stateOf } from "@/e2e/support/world";

test.describe.configure({ mode: "serial" });

let identity = "";
const name = `pay-${randomUUID().slice(0, 8)}.example.com`;
const other = `www-${randomUUID().slice(0, 8)}.example.com`;
let legoCommands = "";
const folder = tempPath("-lego");

test.beforeAll(async () => {
  identity = await createIdentity(adminApi(), "enroll");
  const add = [name, other].map((value) => ({ type: "dns", value }));
  const { status, body } = await adminApi().post(`/identities/${identity}/names`, { add });
  expect(status, JSON.stringify(body)).toBe(200);
  mkdirSync(folder);
});

const keys = (page: Page): Locator => page.getByRole("table", { name: /^ACME keys of/ });
const rows = (page: Page): Locator => keys(page).locator("tbody").getByRole("row");
const createKey = (page: Page): Locator => page.getByRole("button", { name: "Create key" });

/** Runs commands as they are shown, in a folder of their own. */
const inShell = (commands: string) => run("sh", ["-ec", commands], { cwd: folder });

test.describe("an administrator", () => {
  test.use({
    storageState: stateOf("admin"),
    permissions: ["clipboard-read", "clipboard-write"],
  });

  test("creates a key for some names and one profile, and sees its secret and commands once", async ({
    page,
  }) => {
    await page.goto(`/identities/${identity}`);
    await expect(page.getByText("No ACME keys yet")).toBeVisible();
    await createKey(page).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByRole("spinbutton", { name: "Expires in (days)" })).toHaveValue("30");
    await dialog.getByRole("checkbox", { name: /tls-server/ }).check();
    const names = dialog.getByRole("textbox", { name: /^Names/ });
    await names.fill(`${name}\nbank.example.com`);
    await checkAppearance(page, "acme-key-form");
    await dialog.getByRole("button", { name: "Create key" }).click();
    await expect(names).toHaveAccessibleDescription(/doesn't hold DNS:bank\.example\.com/);
    await names.fill(name);
    await dialog.getByRole("button", { name: "Create key" }).click();

    await expect(dialog.getByRole("heading", { name: "ACME key created" })).toBeVisible();
    await expect(dialog.getByText("Copy the HMAC key now.")).toBeVisible();
    const copied = async (label: string): Promise<string> => {
      await dialog.getByRole("button", { name: `Copy ${label}`, exact: true }).click();
      await expect(dialog.getByText("Copied", { exact: true })).toBeAttached();
      await expect(dialog.getByText("Copied", { exact: true })).not.toBeAttached();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    const kid = await copied("Key ID");
    const hmacKey = await copied("HMAC key");
    const directory = await copied("Directory URL");
    expect(kid).toMatch(/^eab_[a-z0-9]{26}$/);
    expect(hmacKey).toMatch(/^[\w-]{43}$/);
    expect(directory).toBe(`${chancery.https}/acme/tls-server/directory`);
    const certbot = await copied("Commands for certbot");
    for (const text of [kid, hmacKey, directory, name]) expect(certbot).toContain(text);
    await checkAppearance(page, "acme-key-created");
    await dialog.getByRole("tab", { name: "lego" }).click();
    legoCommands = await copied("Commands for lego");
    for (const text of [kid, hmacKey, directory, name]) expect(legoCommands).toContain(text);
    await checkAppearance(page, "acme-key-created-lego");
    await dialog.getByRole("button", { name: "Done" }).click();

    await expect(dialog).toHaveCount(0);
    expect(await page.content()).not.toContain(hmacKey);
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page)).toContainText("tls-server");
    await expect(rows(page)).toContainText(name);
    await expect(rows(page)).toContainText(emails.admin);
    await expect(rows(page)).toContainText(/in (29|30) days/);
    const { body } = await adminApi().get(`/identities/${identity}/acme-keys`);
    expect(JSON.stringify(body)).toContain(kid);
    expect(JSON.stringify(body)).not.toContain(hmacKey);
  });

  test("the commands for lego get a certificate as they are shown", async ({ page }) => {
    test.skip(!existsSync("/usr/bin/lego") && process.env["CI"] !== "true", "lego is missing");
    const { code, all } = await inShell(legoCommands);
    expect(code, all).toBe(0);
    expect(existsSync(`${folder}/.lego/certificates/${name}.crt`)).toBe(true);
    await page.goto(`/identities/${identity}`);
    await expect(rows(page).getByRole("cell").nth(4)).toHaveText("1");
    await expect(
      page
        .getByRole("table", { name: /^Certificates of/ })
        .getByRole("row")
        .filter({ hasText: name }),
    ).toHaveCount(1);
    await checkAppearance(page, "identity-acme", { fullPage: true });
  });

  test("an expiry beyond a year is rejected at its field, and a suspended identity gets no key", async ({
    page,
  }) => {
    const suspended = await createIdentity(adminApi(), "leaving");
    await page.goto(`/identities/${suspended}`);
    await createKey(page).click();
    const dialog = page.getByRole("dialog");
    const days = dialog.getByRole("spinbutton", { name: "Expires in (days)" });
    await days.fill("366");
    await dialog.getByRole("button", { name: "Create key" }).click();
    await expect(days).toHaveAccessibleDescription(/Enter at most 365 days\./);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await adminApi().post(`/identities/${suspended}/suspend`, {});
    await page.reload();
    await expect(createKey(page)).toHaveAttribute("aria-disabled", "true");
    await expect(createKey(page)).toHaveAttribute("data-tip", /suspended/);
  });
});

test.describe("an auditor", () => {
  test.use({ storageState: stateOf("auditor") });

  test("an auditor sees the keys and can't create or revoke any", async ({ page }) => {
    await page.goto(`/identities/${identity}`);
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page)).toContainText("Active");
    await expect(createKey(page)).toHaveCount(0);
    await expect(keys(page).getByRole("button", { name: "Revoke" })).toHaveCount(0);
    await checkAppearance(page, "identity-acme-auditor", { fullPage: true });
  });
});

test.describe("an operator", () => {
  test.use({ storageState: stateOf("operator") });

  test("an operator, who sees no credentials, sees no ACME keys", async ({ page }) => {
    await page.goto(`/identities/${identity}`);
    await expect(page.getByRole("table", { name: /^Certificates of/ })).toBeVisible();
    await expect(keys(page)).toHaveCount(0);
    await expect(createKey(page)).toHaveCount(0);
  });
});

test.describe("an administrator", () => {
  test.use({ storageState: stateOf("admin") });

  test("revokes a key after reading what ends with it, and its accounts get nothing more", async ({
    page,
  }) => {
    await page.goto(`/identities/${identity}`);
    await rows(page).getByRole("button", { name: "Revoke" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText("It creates no accounts anymore");
    await expect(dialog).toContainText("Certificates stay valid. This can’t be undone.");
    await dialog.getByRole("textbox", { name: /^Comment/ }).fill("server replaced");
    await checkAppearance(page, "acme-key-revoke");
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await expect(rows(page)).toContainText("Revoked");
    await expect(rows(page).getByRole("button", { name: "Revoke" })).toHaveAttribute(
      "aria-disabled",
      "true",
    );
    await page.goto("/audit?action=acme-key.revoked");
    await expect(page.getByText(/server replaced/).first()).toBeVisible();
    if (!existsSync("/usr/bin/lego")) return;
    const { code, all } = await inShell(legoCommands);
    expect(code).not.toBe(0);
    expect(all).toContain("revoked");
  });
});
