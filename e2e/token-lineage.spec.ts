import { apiAt } from "@/e2e/support/api";
import { hydrated } from "@/e2e/support/hydrated";
import { checkAppearance } from "@/e2e/support/look";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, createUser, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

type Created = Readonly<{ id: string; secret: string; expiresAt: string | null }>;

async function createWith(secret: string | null, name: string, role: string): Promise<Created> {
  const api = secret === null ? adminApi() : apiAt(chancery.http, secret);
  const { status, body } = await api.post<Created>("/tokens", { name, role });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

test("revoking a token first lists the tokens that were created with it, and ends them with it", async ({
  page,
}) => {
  const maker = await createWith(null, "deploy", "admin");
  const child = await createWith(maker.secret, "deploy-builds", "operator");
  const grandchild = await createWith(
    (await createWith(maker.secret, "deploy-stage", "admin")).secret,
    "deploy-reports",
    "auditor",
  );
  expect(child.expiresAt).toBe(maker.expiresAt);
  expect((await apiAt(chancery.http, child.secret).get("/certificates")).status).toBe(200);
  await page.goto("/settings/tokens");
  await hydrated(page);
  const rowOf = (name: string) =>
    page.getByRole("row").filter({ has: page.getByText(name, { exact: true }) });
  await expect(rowOf("deploy-builds")).toContainText("Token deploy");
  await expect(rowOf("deploy-reports")).toContainText("Never");
  await checkAppearance(page, "tokens-lineage");
  await rowOf("deploy").getByRole("button", { name: "Revoke" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("Also revokes 3 tokens created with it:");
  for (const name of ["deploy-builds", "deploy-stage", "deploy-reports"])
    await expect(dialog.getByText(name, { exact: true })).toBeVisible();
  await checkAppearance(page, "token-revoke-lineage");
  await dialog.getByRole("button", { name: "Revoke" }).click();
  for (const name of ["deploy", "deploy-builds", "deploy-stage", "deploy-reports"])
    await expect(rowOf(name)).toContainText("Revoked");
  for (const { secret } of [maker, child, grandchild])
    expect((await apiAt(chancery.http, secret).get("/certificates")).status).toBe(401);
});

test("the dialog of a token that made no other names none, and unused tokens can be found", async ({
  page,
}) => {
  await createWith(null, "single", "auditor");
  await page.goto("/settings/tokens?unusedForDays=30");
  await expect(page.getByText("No tokens match")).toBeVisible();
  await page.goto("/settings/tokens");
  await hydrated(page);
  await page
    .getByRole("row")
    .filter({ hasText: "single" })
    .getByRole("button", { name: "Revoke" })
    .click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("No active token was created with it.");
  await dialog.getByRole("button", { name: "Cancel" }).click();
});

test("an administrator token that is to live longer than a year is refused at its field", async ({
  page,
}) => {
  await page.goto("/settings/tokens");
  await hydrated(page);
  await page.getByRole("button", { name: "Create API token" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill("too long");
  await dialog.getByRole("radio", { name: "Administrator" }).check();
  const days = dialog.getByRole("spinbutton", { name: "Expires in (days)" });
  await expect(days).toHaveValue("90");
  await days.fill("366");
  await dialog.getByRole("button", { name: "Create token" }).click();
  await expect(days).toHaveAttribute("aria-invalid", "true");
  await expect(dialog).toContainText("Enter at most 365 days for an administrator token.");
  await checkAppearance(page, "token-too-long");
});

test("disabling a user and changing the role first list the user's tokens that end", async ({
  page,
  browser,
}) => {
  const email = "leaving@example.com";
  const { page: theirs } = await createUser(browser, {
    email,
    name: "leaving admin",
    role: "admin",
  });
  const secrets: string[] = [];
  for (const [name, role] of [
    ["nightly report", "Auditor"],
    ["leaving pipeline", "Operator"],
  ] as const) {
    await theirs.goto("/settings/tokens");
    await hydrated(theirs);
    await theirs.getByRole("button", { name: "Create API token" }).click();
    const dialog = theirs.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Name" }).fill(name);
    await dialog.getByRole("radio", { name: role }).check();
    await dialog.getByRole("button", { name: "Create token" }).click();
    secrets.push((await dialog.getByText(/^chy_[\w-]{43}$/).textContent()) ?? "");
  }
  await theirs.context().close();
  const statuses = () =>
    Promise.all(
      secrets.map(
        async (secret) => (await apiAt(chancery.http, secret).get("/certificates")).status,
      ),
    );
  expect(await statuses()).toEqual([200, 200]);

  await page.goto("/settings/users");
  await hydrated(page);
  const open = async (item: string) => {
    await page.getByRole("button", { name: "Actions for leaving admin" }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  await open("Change role");
  const roleDialog = page.getByRole("dialog");
  await roleDialog.getByRole("radio", { name: "Operator" }).check();
  await expect(roleDialog).toContainText("Also revokes 1 token of this user:");
  await expect(roleDialog.getByText("nightly report")).toBeVisible();
  await checkAppearance(page, "user-role-tokens");
  await roleDialog.getByRole("button", { name: "Change role" }).click();
  await expect(page.getByRole("row").filter({ hasText: email })).toContainText("Operator");
  expect(await statuses()).toEqual([401, 200]);

  await open("Disable");
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("Also revokes 1 token of this user:");
  await expect(dialog.getByText("leaving pipeline")).toBeVisible();
  await checkAppearance(page, "user-disable-tokens");
  await dialog.getByRole("button", { name: "Disable" }).click();
  await expect(page.getByRole("row").filter({ hasText: email })).toContainText("Disabled");
  expect(await statuses()).toEqual([401, 401]);
});
