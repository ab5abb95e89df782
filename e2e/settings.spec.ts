import { apiAt } from "./support/api";
import { expect, hydrated, test } from "./support/test";
import { chancery, password, signIn, stateOf, strangersPage } from "./support/world";

test.use({ storageState: stateOf("admin") });

test("a user is created, signs in, gets another role, and is shut out when disabled", async ({
  page,
  browser,
  complaints,
}) => {
  complaints.allow(/status of 401/);
  await page.goto("/settings/users");
  await page.getByRole("button", { name: "New user" }).click();
  const dialog = page.getByRole("dialog", { name: "New user" });
  await dialog.getByRole("button", { name: "Create user" }).click();
  await expect(
    dialog.getByRole("textbox", { name: "Name", exact: true }),
    "what is missing is said beside its field",
  ).toHaveAttribute("aria-invalid", "true");
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("on call");
  await dialog.getByRole("textbox", { name: "E-mail address" }).fill("on-call@example.com");
  await dialog.getByRole("radio", { name: "Auditor" }).check();
  await dialog.getByLabel("First password").fill(password);
  await dialog.getByRole("button", { name: "Create user" }).click();
  const row = page.getByRole("row").filter({ hasText: "on-call@example.com" });
  await expect(row).toContainText("Auditor");

  const theirs = await strangersPage(browser);
  await theirs.goto("/sign-in");
  await signIn(theirs, "on-call@example.com");
  await expect(theirs.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();

  await page.getByRole("button", { name: "Acts on on call" }).click();
  await page.getByRole("menuitem", { name: "Change role" }).click();
  await page.getByRole("dialog").getByRole("radio", { name: "Operator" }).check();
  await page.getByRole("dialog").getByRole("button", { name: "Change role" }).click();
  await expect(row).toContainText("Operator");
  await theirs.goto("/certificates");
  await expect(theirs.getByText("Your session has ended.")).toBeVisible();

  await page.getByRole("button", { name: "Acts on on call" }).click();
  await page.getByRole("menuitem", { name: "Disable" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable" }).click();
  await expect(row).toContainText("Disabled");
  await theirs.goto("/sign-in");
  await signIn(theirs, "on-call@example.com");
  await expect(theirs.getByText("The e-mail address or the password is not right.")).toBeVisible();
  await theirs.context().close();
  await page.goto("/audit?q=on-call@example.com");
  await expect(page.getByRole("link", { name: /changed the account/ }).first()).toBeVisible();
});

test("nobody changes their own role", async ({ page }) => {
  await page.goto("/settings/users");
  await page.getByRole("button", { name: "Acts on Administrator" }).click();
  await expect(page.getByRole("menuitem", { name: "Change role" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
});

test("a token's secret is shown once, works, and stops working when it is revoked", async ({
  page,
}) => {
  await page.goto("/settings/tokens");
  await page.getByRole("button", { name: "New token" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill("pipeline");
  await dialog.getByRole("button", { name: "Create token" }).click();
  await expect(dialog.getByText("Copy the secret now.")).toBeVisible();
  const secret = (await dialog.getByText(/^chy_[A-Za-z0-9_-]{43}$/).textContent()) ?? "";
  const api = apiAt(chancery.http, secret);
  expect((await api.get("/certificates")).status).toBe(200);
  await dialog.getByRole("button", { name: "Done" }).click();
  const row = page.getByRole("row").filter({ hasText: "pipeline" });
  await expect(row).toContainText("Active");
  await page.reload();
  await expect(page.getByText(secret)).toHaveCount(0);
  await row.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
  await expect(row).toContainText("Revoked");
  expect((await api.get("/certificates")).status).toBe(401);
});

test("a profile is made, refuses contradictions beside their fields, and gets a version with every change", async ({
  page,
}) => {
  await page.goto("/profiles/new");
  const box = (name: string | RegExp) => page.getByRole("textbox", { name });
  await box(/^Name/).fill("Internal API");
  await box(/^Slug/).fill("internal-api");
  await page.getByLabel("Lifetime", { exact: true }).fill("90 days");
  await box("Longest lifetime").fill("30 days");
  await box(/^DNS names/).fill("**.internal.example.com");
  await page.getByRole("button", { name: "Create profile" }).click();
  await expect(page.locator("[aria-invalid=true]").first()).toBeVisible();
  await expect(box(/^Name/), "what was typed survives the refusal").toHaveValue("Internal API");
  await box("Longest lifetime").fill("180 days");
  await page.getByRole("button", { name: "Create profile" }).click();
  await expect(page.getByRole("heading", { name: "Internal API", level: 1 })).toBeVisible();
  await expect(page.getByText("**.internal.example.com")).toBeVisible();
  await page.getByRole("link", { name: "Edit" }).click();
  await box(/^Description/).fill("For programs that call each other.");
  await page.getByRole("button", { name: "Save as a new version" }).click();
  await expect(page.getByText(/[Vv]ersion 2/).first()).toBeVisible();
});

test("an identity is made, suspended with what that means, and activated again", async ({
  page,
}) => {
  await page.goto("/identities/new");
  await page.getByRole("radio", { name: "Device" }).check();
  await page.getByRole("textbox", { name: "Name" }).fill("gateway 7");
  await page.getByRole("button", { name: "Create identity" }).click();
  await expect(page.getByRole("textbox", { name: "Owner" })).toHaveAttribute(
    "aria-invalid",
    "true",
  );
  await page.getByRole("textbox", { name: "Owner" }).fill("network-team@example.com");
  await page.getByRole("button", { name: "Create identity" }).click();
  await expect(page.getByRole("heading", { name: "gateway 7", level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Suspend" }).click();
  await expect(page.getByRole("dialog")).toContainText("It has no valid certificate.");
  await page.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
  await expect(page.getByRole("button", { name: "Issue certificate" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  await page.getByRole("button", { name: "Activate" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Activate" }).click();
  await expect(page.getByRole("link", { name: "Issue certificate" })).toBeVisible();
});

test("one's own password is changed only with the present one, and every other session ends", async ({
  browser,
}) => {
  const open = async (secret: string) => {
    const page = await strangersPage(browser);
    await page.goto("/sign-in");
    await signIn(page, "operator@example.com", secret);
    await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
    return page;
  };
  const here = await open(password),
    there = await open(password);
  const change = async (from: string, to: string) => {
    await here.goto("/settings/account");
    await hydrated(here);
    await here.getByLabel("Present password").fill(from);
    await here.getByLabel("New password").fill(to);
    await here.getByRole("button", { name: "Change password" }).click();
  };
  await change("not the present one", "another long passphrase");
  await expect(here.getByLabel("Present password")).toHaveAttribute("aria-invalid", "true");
  await change(password, "another long passphrase");
  await expect(here.getByRole("status").getByText("Password changed.")).toBeVisible();
  await there.goto("/certificates");
  await expect(there.getByText("Your session has ended.")).toBeVisible();
  await here.context().close();
  await there.context().close();
});
