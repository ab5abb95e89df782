import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { createIdentity } from "@/e2e/support/api";
import { checkAppearance } from "@/e2e/support/look";
import { runOrThrow } from "@/e2e/support/run";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, stateOf } from "@/e2e/support/world";
import { findRepoRoot } from "@/lib/runtime/repo-root";

test.describe.configure({ mode: "serial" });

const name = `spire ${randomUUID().slice(0, 8)}`;
const trustDomain = "example.com";

test.beforeAll(async () => {
  const api = adminApi();
  const identity = await createIdentity(api, name);
  const add = [{ type: "uri", value: `spiffe://${trustDomain}/*` }];
  const { status, body } = await api.post(`/identities/${identity}/names`, { add });
  expect(status, JSON.stringify(body)).toBe(200);
});

const row = (page: Page): Locator =>
  page.getByRole("table", { name: /^CA permissions below/ }).getByRole("row", { name });
const newOne = (page: Page): Locator => page.getByRole("button", { name: "New permission" });

test.describe("an administrator", () => {
  test.use({ storageState: stateOf("admin") });

  test("creates a permission, sees the command that confirms it on the host, and then that it is confirmed", async ({
    page,
  }) => {
    await page.goto("/authorities/root");
    await expect(page.getByText("No CA permissions yet")).toBeVisible();
    await newOne(page).click();
    const dialog = page.getByRole("dialog");
    const submit = dialog.getByRole("button", { name: "Create permission" });
    await submit.click();
    await dialog.getByRole("combobox", { name: /^Identity/ }).fill(name);
    await page.getByRole("option", { name }).click();
    const domain = dialog.getByRole("textbox", { name: /^Trust domain/ });
    await domain.fill("spiffe://Example.com");
    await submit.click();
    await expect(domain).toHaveAccessibleDescription(/without spiffe:\/\//);
    await domain.fill("prod.example.com");
    await submit.click();
    await expect(domain).toHaveAccessibleDescription(
      /doesn't hold spiffe:\/\/prod\.example\.com\/\*/,
    );
    await checkAppearance(page, "ca-permission-form");
    await domain.fill(trustDomain);
    await submit.click();
    await expect(dialog).toBeHidden();
    await expect(row(page)).toContainText("Waiting");
    await expect(page.getByText("npx chancery confirm", { exact: true })).toBeVisible();
    await checkAppearance(page, "ca-permissions", { fullPage: true });
    const [permission] = (
      await adminApi().get<{ items: readonly { id: string }[] }>("/ca-permissions")
    ).body.items;
    const confirm = [
      join(findRepoRoot(), "tools/scripts/chancery.mjs"),
      "confirm",
      permission?.id ?? "",
    ];
    const env = { ...process.env, CHANCERY_DATA: chancery.data };
    await runOrThrow(process.execPath, confirm, { env });
    await page.reload();
    await expect(row(page)).toContainText("Confirmed");
    await expect(row(page)).toContainText("0 of 1,000");
  });

  test("a CA that signs no CA certificates offers no permissions", async ({ page }) => {
    await page.goto("/authorities/issuing");
    await expect(page.getByText("Signer ceiling")).toBeVisible();
    await expect(newOne(page)).toHaveCount(0);
  });
});

test.describe("an auditor", () => {
  test.use({ storageState: stateOf("auditor") });

  test("sees the permissions, and changes none", async ({ page }) => {
    await page.goto("/authorities/root");
    await expect(row(page)).toContainText("Confirmed");
    await expect(row(page).getByRole("button")).toHaveCount(0);
    await expect(newOne(page)).toHaveCount(0);
  });
});

test.describe("an operator", () => {
  test.use({ storageState: stateOf("operator") });

  test("creates none, and revokes one after its consequence is shown", async ({ page }) => {
    await page.goto("/authorities/root");
    await expect(newOne(page)).toHaveCount(0);
    await row(page).getByRole("button", { name: "Revoke" }).click();
    const dialog = page.getByRole("dialog", { name: `Revoke the CA permission of ${name}` });
    await expect(dialog).toContainText(`no more CA certificates for ${trustDomain}`);
    await dialog.getByRole("textbox", { name: "Comment" }).fill("decommissioned");
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await expect(page.getByText("CA permission revoked.")).toBeVisible();
    await expect(row(page)).toContainText("Revoked");
  });
});
