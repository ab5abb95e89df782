import { apiAt } from "@/e2e/support/api";
import { hydrated } from "@/e2e/support/hydrated";
import { expect, test } from "@/e2e/support/test";
import { endIdleSessions } from "@/e2e/support/idle";
import { checkAppearance } from "@/e2e/support/look";
import {
  chancery,
  createUser,
  password,
  signIn,
  stateOf,
  openAnonymousPage,
} from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });

test("a user is created, signs in, gets another role, and is shut out when disabled", async ({
  page,
  browser,
  complaints,
}) => {
  complaints.allow(/status of 401/);
  await page.goto("/settings/users");
  await page.getByRole("button", { name: "Create user" }).click();
  const dialog = page.getByRole("dialog", { name: "Create user" });
  await dialog.getByRole("button", { name: "Create user" }).click();
  await expect(
    dialog.getByRole("textbox", { name: "Name", exact: true }),
    "what is missing is reported at its field",
  ).toHaveAttribute("aria-invalid", "true");
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("on call");
  await dialog.getByRole("textbox", { name: "Email" }).fill("night-shift@example.com");
  await dialog.getByRole("radio", { name: "Auditor" }).check();
  await dialog.getByRole("button", { name: "Create user" }).click();
  const created = page.getByRole("dialog", { name: "User created" });
  await expect(created.getByText("Copy the link now.")).toBeVisible();
  const link = (await created.getByText(/chy_inv_[\w-]{43}$/).textContent()) ?? "";
  await checkAppearance(page, "user-created");
  await created.getByRole("button", { name: "Done" }).click();
  const row = page.getByRole("row").filter({ hasText: "night-shift@example.com" });
  await expect(row).toContainText("Auditor");
  await expect(row).toContainText("Invited");

  const theirs = await openAnonymousPage(browser);
  await theirs.goto(link);
  await hydrated(theirs);
  await expect(theirs.getByLabel("Email")).toHaveValue("night-shift@example.com");
  await theirs.getByLabel("New password").fill("short");
  await theirs.getByRole("button", { name: "Set password and sign in" }).click();
  await expect(theirs.getByLabel("New password")).toHaveAttribute("aria-invalid", "true");
  await checkAppearance(theirs, "invitation");
  await theirs.getByLabel("New password").fill(password);
  await theirs.getByRole("button", { name: "Set password and sign in" }).click();
  await expect(theirs.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();

  await page.getByRole("button", { name: "Actions for on call" }).click();
  await page.getByRole("menuitem", { name: "Change role" }).click();
  await page.getByRole("dialog").getByRole("radio", { name: "Operator" }).check();
  await page.getByRole("dialog").getByRole("button", { name: "Change role" }).click();
  await expect(row).toContainText("Operator");
  await theirs.goto("/certificates");
  await expect(theirs.getByText("Your session has ended.")).toBeVisible();

  await page.getByRole("button", { name: "Actions for on call" }).click();
  await page.getByRole("menuitem", { name: "Disable" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable" }).click();
  await expect(row).toContainText("Disabled");
  await theirs.goto("/sign-in");
  await signIn(theirs, "night-shift@example.com");
  await expect(theirs.getByText("Incorrect email or password.")).toBeVisible();
  await theirs.context().close();
  await page.goto("/audit?q=night-shift@example.com");
  await expect(page.getByRole("link", { name: /updated user/ }).first()).toBeVisible();
});

test("a link works once; one that was used, canceled or never existed says what to do", async ({
  page,
  browser,
  complaints,
}) => {
  complaints.allow(/status of 404/);
  const { page: theirs } = await createUser(browser, {
    email: "linked@example.com",
    name: "linked",
    role: "auditor",
  });
  const create = async () => {
    await page.goto("/settings/users?q=linked@example.com");
    await page.getByRole("button", { name: "Actions for linked" }).click();
    await page.getByRole("menuitem", { name: "Create password link" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Create link" }).click();
    const created = page.getByRole("dialog", { name: "Link created" });
    const link = (await created.getByText(/chy_inv_[\w-]{43}$/).textContent()) ?? "";
    await created.getByRole("button", { name: "Done" }).click();
    return link;
  };
  const explain = async (link: string) => {
    await theirs.goto("/sign-in");
    await theirs.goto(link);
    await expect(theirs.getByRole("heading", { name: "This link doesn’t work" })).toBeVisible();
    return theirs.getByRole("alert").filter({ hasText: /\w/ }).first().textContent();
  };
  const used = await create();
  await theirs.goto(used);
  await hydrated(theirs);
  await theirs.getByLabel("New password").fill("another long password");
  await theirs.getByRole("button", { name: "Set password and sign in" }).click();
  await expect(theirs.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  expect(await explain(used)).toContain("already used");
  await checkAppearance(theirs, "invitation-used");

  const canceled = await create();
  await page.getByRole("button", { name: "Actions for linked" }).click();
  await page.getByRole("menuitem", { name: "Cancel password link" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel link" }).click();
  await expect(page.getByRole("alertdialog")).toBeHidden();
  expect(await explain(canceled)).toContain("canceled or replaced");
  expect(await explain(`/invitation#chy_inv_${"A".repeat(43)}`)).toContain("isn't valid");
  expect(await explain("/invitation")).toContain("isn't valid");
  await theirs.context().close();
});

test("a user who comes back after the idle time sees why, signs in, and is on the same page", async ({
  browser,
}) => {
  const { page: theirs } = await createUser(browser, {
    email: "idle@example.com",
    name: "idle",
    role: "operator",
  });
  await theirs.goto("/identities/new");
  await hydrated(theirs);
  await theirs.getByRole("textbox", { name: "Name", exact: true }).fill("typed before the break");
  await theirs.getByRole("textbox", { name: "Owner" }).fill("team@example.com");
  await endIdleSessions(chancery.data, "idle@example.com");

  await theirs.getByRole("button", { name: "Create identity" }).click();
  const alert = theirs.getByRole("alert").filter({ hasText: /\w/ }).first();
  await expect(alert).toContainText("You were signed out because you were inactive.");
  await expect(theirs.getByRole("textbox", { name: "Name", exact: true })).toHaveValue(
    "typed before the break",
  );
  await checkAppearance(theirs, "idle-form");
  const [tab] = await Promise.all([
    theirs.waitForEvent("popup"),
    alert.getByRole("link", { name: "Sign in in a new tab" }).click(),
  ]);
  await expect(tab.getByText("You were signed out because you were inactive.")).toBeVisible();
  await checkAppearance(tab, "sign-in-idle");
  await signIn(tab, "idle@example.com");
  await expect(tab.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await tab.close();
  await theirs.getByRole("button", { name: "Create identity" }).click();
  await expect(
    theirs.getByRole("heading", { name: "typed before the break", level: 1 }),
  ).toBeVisible();

  await endIdleSessions(chancery.data, "idle@example.com");
  await theirs.goto("/certificates?state=revoked");
  await expect(theirs.getByText("You were signed out because you were inactive.")).toBeVisible();
  await signIn(theirs, "idle@example.com");
  await expect(theirs).toHaveURL(/\/certificates\?state=revoked$/);
  await theirs.context().close();
});

test("users can't change their own role", async ({ page }) => {
  await page.goto("/settings/users");
  await page.getByRole("button", { name: "Actions for Administrator" }).click();
  await expect(page.getByRole("menuitem", { name: "Change role" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
});

test("a token's secret is shown once, works, and stops working when it is revoked", async ({
  page,
}) => {
  await page.goto("/settings/tokens");
  await page.getByRole("button", { name: "Create API token" }).click();
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

test("a profile is created, rejects contradictions at their fields, and gets a version with every change", async ({
  page,
}) => {
  await page.goto("/profiles/new");
  const box = (name: string | RegExp) => page.getByRole("textbox", { name });
  await box(/^Name$/).fill("Internal API");
  await box(/^Slug/).fill("internal-api");
  await page.getByLabel("Default lifetime").fill("90 days");
  await box("Maximum lifetime").fill("30 days");
  await box(/^DNS names/).fill("**.internal.example.com");
  await page.getByRole("button", { name: "Create profile" }).click();
  await expect(page.locator("[aria-invalid=true]").first()).toBeVisible();
  await expect(box(/^Name$/), "the input survives the rejection").toHaveValue("Internal API");
  await box("Maximum lifetime").fill("180 days");
  await page.getByRole("button", { name: "Create profile" }).click();
  await expect(page.getByRole("heading", { name: "Internal API", level: 1 })).toBeVisible();
  await expect(page.getByText("**.internal.example.com")).toBeVisible();
  await page.getByRole("link", { name: "Edit" }).click();
  await box(/^Description/).fill("For programs that call each other.");
  await page.getByRole("button", { name: "Save as new version" }).click();
  await expect(page.getByText(/[Vv]ersion 2/).first()).toBeVisible();
});

test("an identity is created, suspended with its consequences shown, and activated again", async ({
  page,
}) => {
  await page.goto("/identities/new");
  await page.getByRole("radio", { name: "Device" }).check();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("gateway 7");
  await page.getByRole("button", { name: "Create identity" }).click();
  await expect(page.getByRole("textbox", { name: "Owner" })).toHaveAttribute(
    "aria-invalid",
    "true",
  );
  await page.getByRole("textbox", { name: "Owner" }).fill("network-team@example.com");
  await page.getByRole("button", { name: "Create identity" }).click();
  await expect(page.getByRole("heading", { name: "gateway 7", level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Suspend" }).click();
  await expect(page.getByRole("dialog")).toContainText("It has no valid certificates now.");
  await page.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
  await expect(page.getByRole("button", { name: "Issue certificate" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  await page.getByRole("button", { name: "Activate" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Activate" }).click();
  await expect(page.getByRole("link", { name: "Issue certificate" })).toBeVisible();
});

test("a user's own password is changed only with the current one, and every other session ends", async ({
  browser,
}) => {
  const open = async (secret: string) => {
    const page = await openAnonymousPage(browser);
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
    await here.getByLabel("Current password").fill(from);
    await here.getByLabel("New password").fill(to);
    await here.getByRole("button", { name: "Change password" }).click();
  };
  await change("not the current one", "another long password");
  await expect(here.getByLabel("Current password")).toHaveAttribute("aria-invalid", "true");
  await change(password, "another long password");
  await expect(here.getByRole("status").getByText("Password changed.")).toBeVisible();
  await there.goto("/certificates");
  await expect(there.getByText("Your session has ended.")).toBeVisible();
  await here.context().close();
  await there.context().close();
});

test("a password can be shown while it is typed, and is hidden again", async ({ browser }) => {
  const page = await openAnonymousPage(browser);
  await page.goto("/sign-in");
  await hydrated(page);
  const field = page.getByLabel("Password");
  await field.fill(password);
  await expect(field).toHaveAttribute("type", "password");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(field).toHaveAttribute("type", "text");
  await expect(field).toHaveValue(password);
  await checkAppearance(page, "sign-in-shown");
  await page.getByRole("button", { name: "Hide" }).click();
  await expect(field).toHaveAttribute("type", "password");
  await page.context().close();
});

test("a user changes their own name, and the sessions are named by browser and system", async ({
  browser,
}) => {
  const { page } = await createUser(browser, {
    email: "renames@example.com",
    name: "Renata",
    role: "operator",
  });
  await page.goto("/settings/account");
  await hydrated(page);
  await expect(page.getByText(/^(Headless)?Chrome \d+ on Linux$/)).toBeVisible();
  await page.getByRole("button", { name: "Change name" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill("");
  await dialog.getByRole("button", { name: "Change name" }).click();
  await expect(dialog.getByRole("textbox", { name: "Name" })).toHaveAttribute(
    "aria-invalid",
    "true",
  );
  await dialog.getByRole("textbox", { name: "Name" }).fill("Renata Example");
  await dialog.getByRole("button", { name: "Change name" }).click();
  await expect(page.getByText("Name changed.")).toBeVisible();
  await expect(page.getByText("Renata Example").first()).toBeVisible();
  await checkAppearance(page, "account-named");
  await page.context().close();
});
