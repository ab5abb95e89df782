import { looksWell } from "./support/look";
import { makeRequest } from "./support/openssl";
import { issuePerson, makePerson, pageWith } from "./support/person";
import { expect, hydrated, test } from "./support/test";
import { adminApi, chancery, password, signIn, stateOf } from "./support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

const email = `certificate-${Date.now().toString(36)}@example.com`;
let onCall: Awaited<ReturnType<typeof makePerson>>,
  account = "";
test.beforeAll(async () => {
  onCall = await makePerson(adminApi(), "on-call operator");
  const made = await adminApi().post<{ id: string }>("/users", {
    email,
    name: "Night shift",
    role: "operator",
    password,
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  account = made.body.id;
});

const revoke = (id: string) =>
  adminApi().post(`/certificates/${id}/revoke`, {
    reason: "keyCompromise",
    comment: "laptop lost",
  });

test("a certificate that nobody linked says so, and opens nothing", async ({ browser }) => {
  const page = await pageWith(browser, onCall.certificate);
  await page.goto("/sign-in");
  await expect(page.getByText(/signs in to no active account/)).toBeVisible();
  await expect(page.getByRole("button", { name: /^Continue as/ })).toHaveCount(0);
  await page.context().close();
});

test("an administrator links a person to an account, and is told who can sign in then", async ({
  page,
}) => {
  await page.goto(`/settings/users?q=${email}`);
  await page.getByRole("button", { name: "Acts on Night shift" }).click();
  await page.getByRole("menuitem", { name: "Certificate sign-in", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Person" }).fill("on-call operator");
  await dialog.getByRole("option").first().click();
  await expect(
    dialog.getByText(
      /Whoever holds the valid certificate of on-call operator .* signs in as Night shift/,
    ),
  ).toBeVisible();
  await looksWell(page, "link-certificate");
  await dialog.getByRole("button", { name: "Link" }).click();
  await expect(page.getByRole("row").filter({ hasText: email })).toContainText("on-call operator");
});

test("the other ports lead to the one that asks for a certificate, which says whose account it opens", async ({
  browser,
}) => {
  const page = await pageWith(browser, onCall.certificate);
  await page.goto(`${chancery.https}/sign-in?next=%2Fidentities`);
  await hydrated(page);
  await page.getByRole("link", { name: "Sign in with a certificate" }).click();
  await expect(page.getByRole("button", { name: "Continue as Night shift" })).toBeVisible();
  expect(new URL(page.url()).origin).toBe(new URL(chancery.mtls).origin);
  await looksWell(page, "sign-in-certificate");
  await page.getByRole("button", { name: "Continue as Night shift" }).click();
  await expect(page.getByRole("heading", { name: "Identities", level: 1 })).toBeVisible();
  await page.goto("/settings/account");
  await expect(
    page.getByRole("table", { name: "Open sessions" }).getByRole("link", { name: "certificate" }),
  ).toBeVisible();
  await page.context().close();
});

test("what was done under a certificate names it on the record", async ({ browser }) => {
  const page = await pageWith(browser, onCall.certificate);
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
  expect(body.items.find(({ action }) => action === "session.started")).toMatchObject({
    credential: { certificateId: onCall.certificate.id },
    details: { method: "certificate" },
  });
  expect(
    body.items.find(({ action }) => action === "overview.read")?.credential?.certificateId,
  ).toBe(onCall.certificate.id);
  await page.context().close();
});

test("its cookie opens nothing without the certificate, on any port, and nothing beside another one", async ({
  browser,
}) => {
  const page = await pageWith(browser, onCall.certificate);
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue as Night shift" }).click();
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  const cookies = await page.context().storageState(),
    second = await issuePerson(adminApi(), onCall.identity);
  for (const [certificate, origin, said] of [
    [null, chancery.https, /Your session belongs to your certificate/],
    [null, chancery.mtls, /Your session belongs to your certificate/],
    [second, chancery.mtls, /Your session belongs to another certificate/],
  ] as const) {
    const thief = await pageWith(browser, certificate, cookies);
    await thief.goto(`${origin}/certificates`);
    await expect(thief.getByText(said)).toBeVisible();
    await expect(thief.getByRole("heading", { name: "Certificates", level: 1 })).toHaveCount(0);
    await thief.context().close();
  }
  await page.goto("/certificates");
  await expect(
    page.getByRole("heading", { name: "Certificates", level: 1 }),
    "whoever holds it goes on",
  ).toBeVisible();
  await page.context().close();
});

test("a certificate that is revoked ends the session in the middle, and its browser meets the door", async ({
  browser,
  complaints,
}) => {
  complaints.allow(/status of 401/);
  const certificate = await issuePerson(adminApi(), onCall.identity),
    page = await pageWith(browser, certificate);
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue as Night shift" }).click();
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  expect((await revoke(certificate.id)).status).toBe(200);
  const cookies = await page.context().storageState();
  const answer = await page.goto("/certificates");
  expect(answer?.status()).toBe(401);
  await expect(page.getByRole("heading", { name: /revoked/i })).toBeVisible();
  await expect(page.getByText("certificate.revoked")).toBeVisible();
  await looksWell(page, "door-revoked");
  const fresh = await page.goto("/sign-in");
  expect(fresh?.status(), "nor does it sign in again").toBe(401);
  const without = await pageWith(browser, null, cookies);
  await without.goto("/certificates");
  await expect(without.getByLabel("Password")).toBeVisible();
  await without.context().close();
  await page.context().close();
});

test("a disabled account is opened by no certificate, and the password stays another way in while it is enabled", async ({
  browser,
  page: console,
}) => {
  const page = await pageWith(browser, onCall.certificate);
  await page.goto("/sign-in");
  await page.getByText("Use a password instead").click();
  await signIn(page, email);
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await console.goto(`/settings/users?q=${email}`);
  await console.getByRole("button", { name: "Acts on Night shift" }).click();
  await console.getByRole("menuitem", { name: "Disable" }).click();
  await console.getByRole("alertdialog").getByRole("button", { name: "Disable" }).click();
  await expect(console.getByRole("row").filter({ hasText: email })).toContainText("Disabled");
  await page.goto("/certificates");
  await expect(page.getByText("Your session has ended.")).toBeVisible();
  await expect(page.getByText(/signs in to no active account/)).toBeVisible();
  await page.context().close();
});

test("an operator has no certificate issued for whoever signs in with one", async ({ browser }) => {
  const context = await browser.newContext({
    baseURL: chancery.http,
    storageState: stateOf("operator"),
  });
  const page = await context.newPage();
  await page.goto(`/certificates/new?identity=${onCall.identity}`);
  await hydrated(page);
  await page
    .getByRole("textbox", { name: /^Certificate signing request/ })
    .fill((await makeRequest(["on-call@example.com"])).pem);
  await expect(page.getByRole("list", { name: "Findings" })).toContainText(
    "only an administrator has them issued",
  );
  await expect(page.getByRole("button", { name: "Issue certificate" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  await context.close();
});
