import { checkAppearance } from "@/e2e/support/look";
import { createCsr } from "@/e2e/support/openssl";
import {
  issuePersonCertificate,
  createPerson,
  openPageWithCertificate,
} from "@/e2e/support/person";
import { hydrated } from "@/e2e/support/hydrated";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, createUser, signIn, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

const email = `certificate-${Date.now().toString(36)}@example.com`;
let onCall: Awaited<ReturnType<typeof createPerson>>,
  account = "";
test.beforeAll(async ({ browser }) => {
  onCall = await createPerson(adminApi(), "on-call operator");
  const made = await createUser(browser, { email, name: "Night shift", role: "operator" });
  await made.page.context().close();
  account = made.id;
});

const revoke = (id: string) =>
  adminApi().post(`/certificates/${id}/revoke`, {
    reason: "keyCompromise",
    comment: "laptop lost",
  });

test("a certificate without a linked account is explained, and opens nothing", async ({
  browser,
}) => {
  const page = await openPageWithCertificate(browser, onCall.certificate);
  await page.goto("/sign-in");
  await expect(page.getByText(/No active account is linked to the certificate/)).toBeVisible();
  await expect(page.getByRole("button", { name: /^Continue as/ })).toHaveCount(0);
  await page.context().close();
});

test("an administrator links a person to an account, and the dialog says who can sign in then", async ({
  page,
}) => {
  await page.goto(`/settings/users?q=${email}`);
  await page.getByRole("button", { name: "Actions for Night shift" }).click();
  await page.getByRole("menuitem", { name: "Certificate sign-in", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Person" }).fill("on-call operator");
  await dialog.getByRole("option").first().click();
  await expect(
    dialog.getByText(
      /Anyone who holds the valid certificate of on-call operator .* can sign in as Night shift/,
    ),
  ).toBeVisible();
  const confirm = dialog.getByRole("button", { name: "Link person" });
  await expect(confirm).toHaveAttribute("data-tip", "Confirm each group first.");
  const groups = dialog.getByRole("checkbox");
  for (const group of await groups.all()) {
    await expect(group).not.toBeChecked();
    await group.check();
  }
  await expect(dialog.getByText(/requested by .* on /).first()).toBeVisible();
  await checkAppearance(page, "link-certificate");
  await confirm.click();
  await expect(page.getByRole("row").filter({ hasText: email })).toContainText("on-call operator");
});

test("the other ports lead to the one that asks for a certificate, which says whose account it opens", async ({
  browser,
}) => {
  const page = await openPageWithCertificate(browser, onCall.certificate);
  await page.goto(`${chancery.https}/sign-in?next=%2Fidentities`);
  await hydrated(page);
  await page.getByRole("link", { name: "Sign in with a certificate" }).click();
  await expect(page.getByRole("button", { name: "Continue as Night shift" })).toBeVisible();
  expect(new URL(page.url()).origin).toBe(new URL(chancery.mtls).origin);
  await checkAppearance(page, "sign-in-certificate");
  await page.getByRole("button", { name: "Continue as Night shift" }).click();
  await expect(page.getByRole("heading", { name: "Identities", level: 1 })).toBeVisible();
  await page.goto("/settings/account");
  await expect(
    page.getByRole("table", { name: "Sessions" }).getByRole("link", { name: "Certificate" }),
  ).toBeVisible();
  await page.context().close();
});

test("an entry names the certificate under which the action was done", async ({ browser }) => {
  const page = await openPageWithCertificate(browser, onCall.certificate);
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue as Night shift" }).click();
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  const { body } = await adminApi().get<{
    items: {
      action: string;
      credential: { certificateId: string } | null;
      details: { method?: string };
    }[];
  }>(`/audit/events?actor=${account}&limit=50`);
  // The first session began with the password that the user set.
  expect(body.items.findLast(({ action }) => action === "session.started")).toMatchObject({
    credential: { certificateId: onCall.certificate.id },
    details: { method: "certificate" },
  });
  expect(
    body.items.findLast(({ action }) => action === "overview.read")?.credential?.certificateId,
  ).toBe(onCall.certificate.id);
  await page.context().close();
});

test("its cookie opens nothing without the certificate, on any port, and nothing with another one", async ({
  browser,
}) => {
  const page = await openPageWithCertificate(browser, onCall.certificate);
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue as Night shift" }).click();
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  const cookies = await page.context().storageState(),
    second = await issuePersonCertificate(adminApi(), onCall.identity);
  for (const [certificate, origin, said] of [
    [null, chancery.https, /Your session was started with a certificate/],
    [null, chancery.mtls, /Your session was started with a certificate/],
    [second, chancery.mtls, /Your session was started with another certificate/],
  ] as const) {
    const thief = await openPageWithCertificate(browser, certificate, cookies);
    await thief.goto(`${origin}/certificates`);
    await expect(thief.getByText(said)).toBeVisible();
    await expect(thief.getByRole("heading", { name: "Certificates", level: 1 })).toHaveCount(0);
    await thief.context().close();
  }
  await page.goto("/certificates");
  await expect(
    page.getByRole("heading", { name: "Certificates", level: 1 }),
    "its holder continues",
  ).toBeVisible();
  await page.context().close();
});

test("a certificate that is revoked ends the session at once, and the gateway refuses its browser", async ({
  browser,
  complaints,
}) => {
  complaints.allow(/status of 401/);
  const certificate = await issuePersonCertificate(adminApi(), onCall.identity),
    page = await openPageWithCertificate(browser, certificate);
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue as Night shift" }).click();
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  expect((await revoke(certificate.id)).status).toBe(200);
  const cookies = await page.context().storageState();
  const answer = await page.goto("/certificates");
  expect(answer?.status()).toBe(401);
  await expect(page.getByRole("heading", { name: /revoked/i })).toBeVisible();
  await expect(page.getByText("certificate.revoked")).toBeVisible();
  await checkAppearance(page, "gateway-revoked");
  const fresh = await page.goto("/sign-in");
  expect(fresh?.status(), "nor does it sign in again").toBe(401);
  const without = await openPageWithCertificate(browser, null, cookies);
  await without.goto("/certificates");
  await expect(without.getByLabel("Password")).toBeVisible();
  await without.context().close();
  await page.context().close();
});

test("a disabled account is opened by no certificate, and the password stays another way in while it is enabled", async ({
  browser,
  page: console,
}) => {
  const page = await openPageWithCertificate(browser, onCall.certificate);
  await page.goto("/sign-in");
  await page.getByText("Use a password instead").click();
  await signIn(page, email);
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await console.goto(`/settings/users?q=${email}`);
  await console.getByRole("button", { name: "Actions for Night shift" }).click();
  await console.getByRole("menuitem", { name: "Disable" }).click();
  await console.getByRole("alertdialog").getByRole("button", { name: "Disable" }).click();
  await expect(console.getByRole("row").filter({ hasText: email })).toContainText("Disabled");
  await page.goto("/certificates");
  await expect(page.getByText("Your session has ended.")).toBeVisible();
  await expect(page.getByText(/No active account is linked to the certificate/)).toBeVisible();
  await page.context().close();
});

test("an operator can't issue a certificate for a person who signs in with one", async ({
  browser,
}) => {
  const context = await browser.newContext({
    baseURL: chancery.http,
    storageState: stateOf("operator"),
  });
  const page = await context.newPage();
  await page.goto(`/certificates/new?identity=${onCall.identity}`);
  await hydrated(page);
  await page
    .getByRole("textbox", { name: /^Certificate signing request/ })
    .fill((await createCsr(["on-call@example.com"])).pem);
  await expect(page.getByRole("list", { name: "Findings" })).toContainText(
    "only an administrator can issue certificates for it",
  );
  await expect(page.getByRole("button", { name: "Issue certificate" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  await context.close();
});
