import { createIdentity } from "@/e2e/support/api";
import { checkAppearance } from "@/e2e/support/look";
import { createCsr } from "@/e2e/support/openssl";
import { expect, test } from "@/e2e/support/test";
import { adminApi, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });

test.beforeAll(async () => {
  const identity = await createIdentity(adminApi(), "expiring soon");
  const { pem } = await createCsr(["soon.overview.example.com"]);
  const validitySeconds = 40 * 86_400;
  const request = { profile: "tls-server", identity, csr: pem, validitySeconds };
  await adminApi().post("/certificates", request);
});

test("a bar of expirations, and a number of its table, lead to a list of exactly so many", async ({
  page,
}) => {
  const bars = page.getByRole("list", { name: "Valid certificates by week of expiration" });
  const counted = / to .*: ([1-9]\d*) expire/;
  // Other tests issue certificates meanwhile.
  await expect(async () => {
    await page.goto("/");
    await expect(bars.getByRole("link")).toHaveCount(13);
    const bar = bars.getByRole("link", { name: counted }).last();
    const [, count] = counted.exec((await bar.textContent()) ?? "") ?? [];
    await bar.click();
    await expect(
      page.getByText(new RegExp(`^${count} certificates? match(es)?\\.$`)),
    ).toBeVisible();
  }).toPass();
  await expect(page.getByText("Expires from")).toBeVisible();
  await page.goto("/");
  const card = page.getByRole("figure").filter({ hasText: "Successor issued" });
  await card.getByRole("button", { name: "Show as table" }).click();
  await card
    .getByRole("link", { name: /^0: Successor issued, / })
    .first()
    .click();
  await expect(page.getByText("No certificates match")).toBeVisible();
  await expect(page.getByText("Successor", { exact: false }).first()).toBeVisible();
});

test("a part of a day of issuance leads to exactly its entries", async ({ page }) => {
  const part = page
    .getByRole("list", { name: "Certificates issued, revoked and denied per day" })
    .getByRole("link", { name: /: Issued \d/ })
    .last();
  // Other tests issue certificates meanwhile.
  await expect(async () => {
    await page.goto("/");
    const [, count = ""] =
      /: Issued ([\d,]+)$/.exec((await part.getAttribute("aria-label")) ?? "") ?? [];
    await part.focus();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/action=certificate\.issued/);
    await expect(page.getByText(new RegExp(`of ${count} entries$`))).toBeVisible({
      timeout: 5_000,
    });
  }).toPass();
});

test("a step of the checklist that only a person knows about is confirmed with a receipt, and shows who did it", async ({
  page,
}) => {
  await page.goto("/");
  await page.getByRole("button", { name: "Mark as done: Keep the verifier key elsewhere" }).click();
  await expect(page.getByText("Confirmed.")).toBeVisible();
  const step = page.getByRole("listitem").filter({ hasText: "Keep the verifier key elsewhere" });
  await expect(step.getByText("Confirmed by admin@example.com")).toBeVisible();
  await expect(step.getByRole("button")).toHaveCount(0);
  await checkAppearance(page, "overview-checklist");
});

test("an operator and an auditor see no checklist, and an operator no denials", async ({
  browser,
}) => {
  for (const who of ["operator", "auditor"] as const) {
    const context = await browser.newContext({ storageState: stateOf(who) });
    const page = await context.newPage();
    await page.goto("/");
    await expect(page.getByRole("heading", { name: "Expirations" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Finish setting up" })).toHaveCount(0);
    await expect(page.getByRole("heading", { name: "Denials" })).toHaveCount(
      who === "auditor" ? 1 : 0,
    );
    await context.close();
  }
});

test("the page of the root has the steps to trust it, by system, with the fingerprint to compare", async ({
  page,
}) => {
  await page.goto("/authorities/root");
  const fingerprint = /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/;
  await expect(page.getByText(fingerprint)).toBeVisible();
  for (const [system, command] of [
    ["RHEL, Fedora", "update-ca-trust"],
    ["Windows", "Import-Certificate"],
    ["macOS", "add-trusted-cert"],
    ["Firefox", "policies"],
    ["Java", "keytool"],
    ["Debian, Ubuntu", "update-ca-certificates"],
  ] as const) {
    await page.getByRole("tab", { name: system }).click();
    await expect(page.getByRole("tabpanel").getByText(command).first()).toBeVisible();
  }
  await checkAppearance(page, "authority-trust");
  await page.goto("/authorities/issuing");
  await expect(page.getByRole("heading", { name: "Trust this root" })).toHaveCount(0);
});
