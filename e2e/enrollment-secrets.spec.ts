import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import type { Locator, Page } from "@playwright/test";
import { createIdentity } from "@/e2e/support/api";
import { checkAppearance } from "@/e2e/support/look";
import { tempPath } from "@/e2e/support/openssl";
import { run } from "@/e2e/support/run";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, emails, stateOf } from "@/e2e/support/world";

test.describe.configure({ mode: "serial" });

let identity = "";
const name = `est-${randomUUID().slice(0, 8)}.example.com`;
let commands = "";
const folder = tempPath("-est");

test.beforeAll(async () => {
  identity = await createIdentity(adminApi(), "enroll by secret");
  const add = [{ type: "dns", value: name }];
  const { status, body } = await adminApi().post(`/identities/${identity}/names`, { add });
  expect(status, JSON.stringify(body)).toBe(200);
  mkdirSync(folder);
});

const secrets = (page: Page): Locator =>
  page.getByRole("table", { name: /^Enrollment secrets of/ });
const rows = (page: Page): Locator => secrets(page).locator("tbody").getByRole("row");
const createSecret = (page: Page): Locator => page.getByRole("button", { name: "Create secret" });

test.describe("an operator", () => {
  test.use({
    storageState: stateOf("operator"),
    permissions: ["clipboard-read", "clipboard-write"],
  });

  test("creates a secret, and sees it with its commands once", async ({ page }) => {
    await page.goto(`/identities/${identity}`);
    await expect(page.getByText("No enrollment secrets yet")).toBeVisible();
    await createSecret(page).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByRole("spinbutton", { name: "Uses" })).toHaveValue("1");
    const networks = dialog.getByRole("textbox", { name: /^Networks/ });
    await dialog.getByRole("combobox", { name: "Profile" }).selectOption("tls-server");
    await networks.fill("127.0.0.0/8\n10.0.0.0/40");
    await checkAppearance(page, "enrollment-secret-form");
    await dialog.getByRole("button", { name: "Create secret" }).click();
    await expect(networks).toHaveAccessibleDescription(/10\.0\.0\.0\/40/);
    await networks.fill("127.0.0.0/8\n::1");
    await dialog.getByRole("button", { name: "Create secret" }).click();

    await expect(dialog.getByRole("heading", { name: "Enrollment secret created" })).toBeVisible();
    const copied = async (label: string): Promise<string> => {
      await dialog.getByRole("button", { name: `Copy ${label}`, exact: true }).click();
      await expect(dialog.getByText("Copied", { exact: true })).toBeAttached();
      await expect(dialog.getByText("Copied", { exact: true })).not.toBeAttached();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    const id = await copied("User");
    const secret = await copied("Secret");
    const url = await copied("EST URL");
    expect(id).toMatch(/^ens_[a-z0-9]{26}$/);
    expect(secret).toMatch(/^chy_[\w-]{43}$/);
    expect(url).toBe(`${chancery.https}/.well-known/est/tls-server`);
    commands = await copied("Commands for curl");
    for (const text of [id, secret, url, name]) expect(commands).toContain(text);
    await checkAppearance(page, "enrollment-secret-created");
    await dialog.getByRole("tab", { name: "ACME" }).click();
    expect(await copied("Key ID")).toBe(id);
    const directory = await copied("Directory URL");
    expect(directory).toBe(`${chancery.https}/acme/tls-server/directory`);
    const lines = [directory, `--eab-kid=${id}`, `--eab-hmac-key=${await copied("HMAC key")}`];
    const certbot = await copied("Commands for certbot");
    for (const text of [...lines, name]) expect(certbot).toContain(text);
    await checkAppearance(page, "enrollment-secret-acme");
    await dialog.getByRole("button", { name: "Done" }).click();

    await expect(dialog).toHaveCount(0);
    expect(await page.content()).not.toContain(secret);
    await expect(rows(page)).toHaveCount(1);
    for (const text of ["tls-server", "127.0.0.0/8", "Active", "0 of 1", emails.operator])
      await expect(rows(page)).toContainText(text);
  });

  test("the commands get a certificate as they are shown, and a second time the reason why not", async ({
    page,
  }) => {
    const first = await run("sh", ["-ec", commands], { cwd: folder });
    expect(first.code, first.all).toBe(0);
    expect(readFileSync(`${folder}/cert.pem`, "utf8")).toContain("BEGIN CERTIFICATE");
    const second = await run("sh", ["-c", commands], { cwd: folder });
    expect(second.all).toContain("This enrollment secret was used already.");
    await page.goto(`/identities/${identity}`);
    await expect(rows(page)).toContainText("Used up");
    await expect(rows(page)).toContainText("1 of 1");
    await expect(
      page
        .getByRole("table", { name: /^Certificates of/ })
        .getByRole("row")
        .filter({ hasText: name }),
    ).toHaveCount(1);
    await checkAppearance(page, "identity-enrollment", { fullPage: true });
    const { body } = await adminApi().get("/audit/events?action=enrollment-secret.refused");
    expect(JSON.stringify(body)).toContain("enrollment.secret-spent");
    await page.goto("/alerts");
    await expect(page.getByText(/that is used up was used from/).first()).toBeVisible();
  });

  test("revokes a secret after reading what ends with it", async ({ page }) => {
    await page.goto(`/identities/${identity}`);
    await rows(page).getByRole("button", { name: "Revoke" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText("Those that it got stay valid. This can’t be undone.");
    await checkAppearance(page, "enrollment-secret-revoke");
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await expect(rows(page)).toContainText("Revoked");
    await expect(rows(page).getByRole("button", { name: "Revoke" })).toHaveAttribute(
      "aria-disabled",
      "true",
    );
  });

  test("a suspended identity gets no secret", async ({ page }) => {
    const suspended = await createIdentity(adminApi(), "leaving too");
    await adminApi().post(`/identities/${suspended}/suspend`, {});
    await page.goto(`/identities/${suspended}`);
    await expect(createSecret(page)).toHaveAttribute("aria-disabled", "true");
    await expect(createSecret(page)).toHaveAttribute("data-tip", /suspended/);
  });
});

test.describe("an auditor", () => {
  test.use({ storageState: stateOf("auditor") });

  test("an auditor sees the secrets and can't create or revoke any", async ({ page }) => {
    await page.goto(`/identities/${identity}`);
    await expect(rows(page)).toHaveCount(1);
    await expect(createSecret(page)).toHaveCount(0);
    await expect(secrets(page).getByRole("button", { name: "Revoke" })).toHaveCount(0);
  });
});
