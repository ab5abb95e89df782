import type { Locator, Page } from "@playwright/test";
import { createIdentity, type Certificate } from "@/e2e/support/api";
import { hydrated } from "@/e2e/support/hydrated";
import { checkAppearance } from "@/e2e/support/look";
import { createCsr } from "@/e2e/support/openssl";
import { run } from "@/e2e/support/run";
import { expect, test } from "@/e2e/support/test";
import { adminApi, adminToken, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });

/** Shows the call of a form, and returns the command as it is shown. */
async function commandOf(form: Locator): Promise<string> {
  await form.getByRole("button", { name: "Show API call" }).click();
  const command = (await shownIn(form).textContent()) ?? "";
  expect(command).not.toContain(adminToken());
  return command;
}
const shownIn = (form: Locator): Locator => form.getByRole("region", { name: "API call" });

/** Runs a command as it is shown, with a token in the environment; returns what it prints. */
async function runShown(command: string): Promise<Record<string, unknown>> {
  const { stdout, all, code } = await run("sh", ["-ec", `${command} --silent`], {
    env: { ...process.env, CHANCERY_TOKEN: adminToken() },
  });
  expect(code, all).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function issueFor(identity: string, host: string): Promise<Certificate> {
  const { pem: csr } = await createCsr([host]);
  const { body, status } = await adminApi().post<Certificate>("/certificates", {
    profile: "tls-server",
    identity,
    csr,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

const main = (page: Page): Locator => page.getByRole("main");

test("the call that the issue form shows issues the certificate that the form would", async ({
  page,
}) => {
  const identity = await createIdentity(adminApi(), "shown issue");
  const { pem } = await createCsr(["shown-issue.example.com"]);
  await page.goto(`/certificates/new?identity=${identity}`);
  await hydrated(page);
  await main(page).getByRole("button", { name: "Show API call" }).click();
  await expect(main(page).getByText("Fill in the form first.")).toBeVisible();
  await page.getByLabel(/^Certificate signing request/).fill(pem);
  await page.getByRole("combobox", { name: "Profile" }).selectOption("tls-server");
  await page.getByRole("textbox", { name: "Lifetime" }).fill("7 days");
  await expect(page.getByText("Ready to issue.")).toBeVisible();
  await expect(shownIn(main(page))).toContainText("604800");
  await checkAppearance(page, "api-call-issue", { fullPage: true });
  const issued = await runShown((await shownIn(main(page)).textContent()) ?? "");
  expect(issued).toMatchObject({
    status: "valid",
    identity: { id: identity },
    profile: { slug: "tls-server" },
  });
});

test("the call that the rotate form shows rotates, and follows what is entered", async ({
  page,
}) => {
  const identity = await createIdentity(adminApi(), "shown rotate");
  const { id } = await issueFor(identity, "shown-rotate.example.com");
  const { pem } = await createCsr(["shown-rotate.example.com"]);
  await page.goto(`/certificates/${id}`);
  await page.getByRole("button", { name: "Rotate" }).click();
  const dialog = page.getByRole("dialog");
  const first = await commandOf(dialog);
  await dialog.getByRole("textbox", { name: /^CSR with a new key/ }).fill(pem);
  await dialog.getByRole("radio", { name: /^Immediately/ }).check();
  await expect(shownIn(dialog)).toContainText('"overlapSeconds": 0');
  const command = (await shownIn(dialog).textContent()) ?? "";
  expect(command).not.toBe(first);
  expect(await runShown(command)).toMatchObject({ status: "valid", predecessorId: id });
});

test("the call that the revoke form shows revokes for the reason that is chosen, with the comment", async ({
  page,
}) => {
  const identity = await createIdentity(adminApi(), "shown revoke");
  const { id } = await issueFor(identity, "shown-revoke.example.com");
  await page.goto(`/certificates/${id}`);
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Show API call" }).click();
  await expect(dialog.getByText("Fill in the form first.")).toBeVisible();
  await dialog.getByRole("radio", { name: /^Superseded/ }).check();
  await dialog.getByRole("textbox", { name: /^Comment/ }).fill(`it's "moved" to $HOME`);
  await expect(shownIn(dialog)).toContainText("moved");
  await checkAppearance(page, "api-call-revoke");
  const revoked = await runShown((await shownIn(dialog).textContent()) ?? "");
  expect(revoked).toMatchObject({
    status: "revoked",
    revocation: { reason: "superseded", comment: `it's "moved" to $HOME` },
  });
});

test("the call that a bulk action shows starts it with the figures of the dry run", async ({
  page,
}) => {
  const identity = await createIdentity(adminApi(), "shown bulk");
  for (const n of [1, 2]) await issueFor(identity, `shown-bulk-${n}.example.com`);
  await page.goto(`/identities/${identity}`);
  await page.getByRole("button", { name: "Revoke all 2 valid" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: /^Cessation of operation/ }).check();
  await expect(dialog.getByText("2 certificates of 1 identity.")).toBeVisible();
  await dialog.getByRole("button", { name: "Show API call" }).click();
  await expect(shownIn(dialog)).toContainText('"count": 2');
  await expect(shownIn(dialog)).toContainText("cessationOfOperation");
  const command = async () => (await shownIn(dialog).textContent()) ?? "";
  // The dry run is repeated with the reason; its digest is another one then.
  await expect(dialog.getByRole("button", { name: "Revoke", exact: true })).toHaveAttribute(
    "data-tip",
    /Type/,
  );
  expect(await runShown(await command())).toMatchObject({ act: "revoke", total: 2 });
});

test("the call that the token form shows creates the token, and the page never has the token that it is sent with", async ({
  page,
}) => {
  await page.goto("/settings/tokens");
  await hydrated(page);
  await page.getByRole("button", { name: "Create API token" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill("shown token");
  await dialog.getByRole("radio", { name: "Auditor" }).check();
  // No token outlives the one that it is created with.
  await dialog.getByRole("spinbutton", { name: "Expires in (days)" }).fill("7");
  const command = await commandOf(dialog);
  await checkAppearance(page, "api-call-token");
  expect(await runShown(command)).toMatchObject({ name: "shown token", role: "auditor" });
});

test("documents are a click away, from the list of keys and the menu of the account", async ({
  page,
  context,
}) => {
  await page.goto("/");
  await hydrated(page);
  await page.keyboard.press("?");
  const keys = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  const [reference] = await Promise.all([
    context.waitForEvent("page"),
    keys.getByRole("link", { name: /^API reference/ }).click(),
  ]);
  await expect(reference.getByRole("heading", { level: 1 })).toBeVisible();
  await reference.close();
  await checkAppearance(page, "keys-documents");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Account/ }).click();
  await expect(page.getByRole("menuitem", { name: "API reference" })).toHaveAttribute(
    "href",
    "/docs/api",
  );
});

test("a word of the glossary is explained on keyboard focus, and in the text once it is pressed", async ({
  page,
}) => {
  await page.goto("/certificates/new");
  await hydrated(page);
  const word = page.getByRole("button", { name: "profile", exact: true });
  await expect(word).toHaveAttribute("data-tip", "The rules for what may be issued");
  await page.keyboard.press("Tab");
  await word.focus();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  await expect(word).toBeFocused();
  await expect(page.getByRole("tooltip")).toHaveText("The rules for what may be issued");
  await page.keyboard.press("Enter");
  await expect(page.getByText("(The rules for what may be issued)")).toBeVisible();
  await expect(word).toHaveAttribute("aria-expanded", "true");
});
