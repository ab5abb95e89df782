import { openPalette } from "@/e2e/support/palette";
import type { Page } from "@playwright/test";
import { createIdentity } from "@/e2e/support/api";
import { checkAppearance } from "@/e2e/support/look";
import { createCsr } from "@/e2e/support/openssl";
import { hydrated } from "@/e2e/support/hydrated";
import { expect, test } from "@/e2e/support/test";
import { adminApi, stateOf } from "@/e2e/support/world";

test.describe.configure({ mode: "serial" });

let shop = "",
  orders = "";
test.beforeAll(async () => {
  [shop, orders] = await Promise.all([
    createIdentity(adminApi(), "shop"),
    createIdentity(adminApi(), "orders"),
  ]);
});

const names = (page: Page) => page.getByRole("table", { name: /^Names of/ });
const row = (page: Page, name: string) => names(page).getByRole("row").filter({ hasText: name });
/** The box of one name; its label ends with the type. */
const box = (page: Page, name: string) =>
  names(page).getByRole("checkbox", { name: `${name} DNS`, exact: true });
const select = (page: Page, name: string) => box(page, name).check();
const heldNames = (page: Page) => page.getByRole("list", { name: "Names of the certificate" });

async function addNames(identity: string, ...values: readonly string[]): Promise<void> {
  const add = values.map((value) => ({ type: "dns", value }));
  const { status, body } = await adminApi().post(`/identities/${identity}/names`, { add });
  expect(status, JSON.stringify(body)).toBe(200);
}

async function fillCsr(page: Page, identity: string, ...dns: readonly string[]): Promise<void> {
  await page.goto(`/certificates/new?identity=${identity}`);
  await page
    .getByRole("textbox", { name: /^Certificate signing request/ })
    .fill((await createCsr(dns)).pem);
}

test.describe("an administrator", () => {
  test.use({ storageState: stateOf("admin") });

  test("adds names, and a name that another identity holds is rejected at its line with the holder", async ({
    page,
  }) => {
    await addNames(orders, "*.orders.example.com");
    await page.goto(`/identities/${shop}`);
    await page.getByRole("button", { name: "Add names" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Name 1" }).fill("*.shop.example.com");
    await expect(
      dialog.getByText(/any name directly below shop\.example\.com/),
      "what a wildcard allows",
    ).toBeVisible();
    await dialog.getByRole("button", { name: "Add another name" }).click();
    await dialog.getByRole("textbox", { name: "Name 2" }).fill("eu.orders.example.com");
    await dialog.getByRole("button", { name: "Add another name" }).click();
    await dialog.getByRole("textbox", { name: "Name 3" }).fill("shop.example.net");
    await dialog.getByRole("button", { name: "Add 3 names" }).click();
    await expect(
      dialog.getByText(/No active profile lets a certificate carry DNS:shop\.example\.net/),
    ).toBeVisible();
    await dialog.getByRole("button", { name: "Remove name 3" }).click();
    await dialog.getByRole("button", { name: "Add 2 names" }).click();
    await expect(dialog.getByRole("textbox", { name: "Name 2" })).toHaveAccessibleDescription(
      /DNS:\*\.orders\.example\.com, which overlaps DNS:eu\.orders\.example\.com, belongs to orders /,
    );
    await expect(dialog.getByRole("textbox", { name: "Name 1" })).not.toHaveAttribute(
      "aria-invalid",
      "true",
    );
    await checkAppearance(page, "names-add-rejected");
    await dialog.getByRole("button", { name: "Remove name 2" }).click();
    await dialog.getByRole("button", { name: "Add name" }).click();
    await expect(row(page, "*.shop.example.com")).toContainText("Added by a user");
    await checkAppearance(page, "identity-names");
  });

  test("issues a certificate with a name that the preview marks as added", async ({ page }) => {
    await fillCsr(page, shop, "eu.shop.example.com", "shop.example.com");
    await expect(heldNames(page)).toContainText("Held by *.shop.example.com");
    await expect(heldNames(page)).toContainText("Will be added");
    await checkAppearance(page, "issue-adds-names");
    await page.getByRole("button", { name: "Add 1 name and issue" }).click();
    await expect(page.getByText("Names added")).toBeVisible();
    await checkAppearance(page, "issue-added-names");
    await page.goto(`/identities/${shop}`);
    await expect(row(page, "shop.example.com").last()).toContainText("Added when issuing");
  });

  test("learns that the names have changed if one is released after the preview, and nothing is issued", async ({
    page,
  }) => {
    await addNames(shop, "late.example.com");
    await fillCsr(page, shop, "late.example.com");
    const issue = page.getByRole("button", { name: "Issue certificate" });
    await expect(heldNames(page)).toContainText("Held");
    await expect(issue).not.toHaveAttribute("aria-disabled", "true");
    const release = [{ type: "dns", value: "late.example.com" }];
    expect((await adminApi().post(`/identities/${shop}/names`, { release })).status).toBe(200);
    await issue.click();
    await expect(page.getByText("The preview has changed. Nothing was issued.")).toBeVisible();
    const addAndIssue = page.getByRole("button", { name: "Add 1 name and issue" });
    // The preview is paler until the new one has arrived.
    await expect(addAndIssue).toBeVisible();
    await checkAppearance(page, "issue-names-changed");
    await addAndIssue.click();
    await expect(page.getByText(/^Issued\./)).toBeVisible();
  });

  test("finds who holds a name, by which pattern, and that none holds another", async ({
    page,
  }) => {
    await page.goto("/identities");
    const search = page.getByRole("searchbox", { name: "Search by a name that is held" });
    await search.fill("de.shop.example.com");
    await expect(page.getByRole("table", { name: "Identities that hold the name" })).toContainText(
      "*.shop.example.com",
    );
    await checkAppearance(page, "identities-holds");
    await search.fill("free.example.com");
    await expect(page.getByText("No identity holds this name.")).toBeVisible();
    await openPalette(page);
    await page.keyboard.type("de.shop.example.com");
    await expect(page.getByRole("option", { name: /Held by shop/ })).toBeVisible();
    await checkAppearance(page, "palette-names");
  });

  test("releases a name, which stays reserved while a certificate carries it", async ({ page }) => {
    await page.goto(`/identities/${shop}`);
    await select(page, "late.example.com");
    await page.getByRole("button", { name: "Release" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByRole("radio", { name: "Reserve the names" })).toBeChecked();
    await expect(
      dialog.getByRole("region", { name: "Certificates that lose a name" }),
    ).toContainText("late.example.com");
    await checkAppearance(page, "names-release");
    await dialog.getByRole("button", { name: "Release name" }).click();
    await expect(row(page, "late.example.com")).toContainText("Reserved until");
    await expect(page.getByRole("toolbar", { name: "Selected names" })).toHaveCount(0);
    await checkAppearance(page, "identity-names-reserved");
  });

  test("transfers names only when it is decided what becomes of the certificates", async ({
    page,
  }) => {
    await page.goto(`/identities/${shop}`);
    await select(page, "shop.example.com");
    await page.getByRole("button", { name: "Transfer" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Transfer to" }).fill("orders");
    await dialog
      .getByRole("option", { name: /^orders/ })
      .first()
      .click();
    await checkAppearance(page, "names-transfer");
    await dialog.getByRole("button", { name: "Transfer name" }).click();
    await expect(dialog.getByText(/certificate.* still carr(?:y|ies)/)).toBeVisible();
    await dialog.getByText("Revoke certificates that carry them").click();
    await dialog.getByRole("button", { name: "Transfer name" }).click();
    await expect(dialog).toBeHidden();
    await expect(box(page, "shop.example.com")).toHaveCount(0);
    await page.goto(`/identities/${orders}`);
    await expect(box(page, "shop.example.com")).toBeVisible();
    await expect(row(page, "shop.example.com")).toContainText("Transferred");
  });

  test("shares a name, and both pages name the other identity", async ({ page }) => {
    await page.goto(`/identities/${orders}`);
    await select(page, "*.orders.example.com");
    await page.getByRole("button", { name: "Share" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Share with" }).fill("shop");
    await dialog.getByRole("option", { name: /^shop/ }).first().click();
    await dialog.getByRole("textbox", { name: "Reason" }).fill("The same load balancer.");
    await checkAppearance(page, "names-share");
    await dialog.getByRole("button", { name: "Share name" }).click();
    await expect(
      row(page, "*.orders.example.com").getByRole("link", { name: /^shop/ }),
    ).toBeVisible();
    await page.goto(`/identities/${shop}`);
    await expect(
      row(page, "*.orders.example.com").getByRole("link", { name: /^orders/ }),
    ).toBeVisible();
  });

  test("sees that no name is in conflict, and that names are enforced", async ({ page }) => {
    await page.goto("/identities");
    await page.getByRole("link", { name: "Name conflicts" }).click();
    await expect(page.getByText("No name conflicts")).toBeVisible();
    await expect(page.getByText(/Names are enforced: .* nothing to do/)).toBeVisible();
    await expect(page.getByRole("button", { name: "Enforce names" })).toHaveCount(0);
    await checkAppearance(page, "name-conflicts");
    await page.goto("/");
    await expect(page.getByText("Names aren't enforced yet.")).toHaveCount(0);
  });

  test("creates an identity with names", async ({ page }) => {
    await page.goto("/identities/new");
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("warehouse");
    await page.getByRole("textbox", { name: "Owner" }).fill("warehouse-team@example.com");
    await page.getByRole("textbox", { name: "Name 1" }).fill("eu.shop.example.com");
    await page.getByRole("button", { name: "Create identity" }).click();
    await expect(page.getByRole("textbox", { name: "Name 1" })).toHaveAccessibleDescription(
      /belongs to shop/,
    );
    await checkAppearance(page, "identity-new-name-rejected", { fullPage: true });
    await page.getByRole("textbox", { name: "Name 1" }).fill("warehouse.example.com");
    await page.getByRole("button", { name: "Create identity" }).click();
    await expect(row(page, "warehouse.example.com")).toBeVisible();
  });
});

test.describe("an operator", () => {
  test.use({ storageState: stateOf("operator") });

  test("sees in the preview who holds a name of another identity, and can't issue", async ({
    page,
  }) => {
    await fillCsr(page, orders, "fr.shop.example.com");
    await expect(page.getByText("Can't be issued: 1 problem.")).toBeVisible();
    await expect(heldNames(page)).toContainText("Belongs to shop");
    await expect(heldNames(page)).not.toContainText("Share or transfer");
    await expect(page.getByRole("button", { name: "Issue certificate" })).toHaveAttribute(
      "aria-disabled",
      "true",
    );
    await checkAppearance(page, "issue-held-by-another");
    await heldNames(page).getByRole("link", { name: /^shop/ }).click();
    await hydrated(page);
    await select(page, "*.shop.example.com");
    for (const name of ["Transfer", "Share"])
      await expect(page.getByRole("button", { name })).toHaveAttribute(
        "data-tip",
        /^Only administrators can /,
      );
    await page.getByRole("button", { name: "Release" }).click();
    await expect(
      page.getByRole("dialog").getByRole("radio", { name: "Free the names now" }),
    ).toBeDisabled();
    await checkAppearance(page, "names-release-operator");
  });
});

test.describe("an auditor", () => {
  test.use({ storageState: stateOf("auditor") });

  test("reads names and conflicts, and changes nothing", async ({ page }) => {
    await page.goto(`/identities/${shop}`);
    await expect(row(page, "*.shop.example.com")).toBeVisible();
    await expect(names(page).getByRole("checkbox")).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Add names" })).toHaveCount(0);
    await page.goto("/identities/conflicts");
    await expect(page.getByText("No name conflicts")).toBeVisible();
  });
});
