import { checkAppearance } from "@/e2e/support/look";
import { createIdentity } from "@/e2e/support/api";
import { createCsr } from "@/e2e/support/openssl";
import { hydrated } from "@/e2e/support/hydrated";
import { expect, test } from "@/e2e/support/test";
import { adminApi, stateOf } from "@/e2e/support/world";

test.describe.configure({ mode: "serial" });

let edge = "";
let certificate = "";

async function issue(identity: string): Promise<string> {
  const { pem: csr } = await createCsr(["edge.example.com"]);
  const { status, body } = await adminApi().post<{ id: string }>("/certificates", {
    profile: "tls-client-service",
    identity,
    csr,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id;
}

test.beforeAll(async () => {
  edge = await createIdentity(adminApi(), "edge-of-power", "service");
  certificate = await issue(edge);
});

test.describe("an administrator", () => {
  test.use({ storageState: stateOf("admin") });

  test("trusts a proxy only after accepting what its identity has, and is asked again if that changes", async ({
    page,
  }) => {
    await page.goto("/settings/proxies");
    await hydrated(page);
    await page.getByRole("button", { name: "Trust a proxy" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Identity" }).fill("edge-of-power");
    await dialog.getByRole("option").first().click();
    const accept = dialog.getByRole("checkbox", { name: /^I accept/ });
    const confirm = dialog.getByRole("button", { name: "Trust proxy" });
    await expect(accept).toHaveCount(3);
    await expect(confirm).toHaveAttribute("aria-disabled", "true");
    for (const group of await accept.all()) await group.check();
    await checkAppearance(page, "proxy-accept");
    await issue(edge);
    await confirm.click();
    await expect(dialog.getByText(/is no longer what was accepted/)).toBeVisible();
    await expect(dialog.getByText("I accept 2 certificates")).toBeVisible();
    for (const group of await accept.all()) {
      await expect(group).not.toBeChecked();
      await group.check();
    }
    await confirm.click();
    await expect(page.getByRole("row").filter({ hasText: "edge-of-power" })).toContainText(
      "Trusted",
    );
  });

  test("sees who can act as whom, by which certificates, and who requested them", async ({
    page,
  }) => {
    await page.goto("/settings/power");
    await expect(page.getByRole("heading", { name: "Access review" })).toBeVisible();
    await expect(page.getByText("Trusted proxy, for all its clients").first()).toBeVisible();
    await expect(page.getByText(/requested by .* on /).first()).toBeVisible();
    await checkAppearance(page, "power");
    await page.goto(`/identities/${edge}`);
    await expect(page.getByText(/Trusted proxy: it passes on/)).toBeVisible();
    await checkAppearance(page, "identity-power");
  });
});

test.describe("an operator", () => {
  test.use({ storageState: stateOf("operator") });

  test("learns on the page of a trusted proxy what is closed, and why", async ({ page }) => {
    await page.goto(`/identities/${edge}`);
    await expect(page.getByText(/Only administrators can issue, rotate or release/)).toBeVisible();
    for (const name of ["Edit", "Suspend", "Issue certificate"])
      await expect(page.getByRole("button", { name })).toHaveAttribute(
        "data-tip",
        /only an administrator can/,
      );
    await checkAppearance(page, "identity-power-operator");
    await page.goto(`/certificates/${certificate}`);
    await expect(page.getByRole("button", { name: "Rotate" })).toHaveAttribute(
      "data-tip",
      /only an administrator can rotate/,
    );
  });

  test("can put a certificate of a trusted proxy on hold, and not release it", async ({ page }) => {
    await page.goto(`/certificates/${certificate}`);
    await hydrated(page);
    await page.getByRole("button", { name: "Put on hold" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Put on hold" }).click();
    await expect(page.getByRole("button", { name: "Release" })).toHaveAttribute(
      "data-tip",
      /only an administrator can release/,
    );
  });
});
