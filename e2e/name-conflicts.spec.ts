import { join } from "node:path";
import type { Page } from "@playwright/test";
import { changeStoppedDatabase } from "@/testing/supervise/change-stopped-database";
import { makePlace, type ThrowawayChancery } from "@/testing/supervise/throwaway-chancery";
import { createIdentity, type Api } from "@/e2e/support/api";
import { checkAppearance } from "@/e2e/support/look";
import { createCsr } from "@/e2e/support/openssl";
import { hydrated } from "@/e2e/support/hydrated";
import { expect, test } from "@/e2e/support/test";
import { signIn } from "@/e2e/support/world";
import { adminApi, startReady } from "@/e2e/system/harness";

test.describe.configure({ mode: "serial" });

/** The database as it was before names were bound: certificates, and no rows about names. */
const forgetNames = [
  "alter table identity_name disable trigger all;",
  "alter table organization disable trigger all;",
  "delete from identity_name;",
  "update organization set name_binding = 'observed', names_upgraded_at = null;",
  "alter table identity_name enable trigger all;",
  "alter table identity_name enable always trigger is_fixed;",
  "alter table identity_name enable always trigger needs_entry;",
  "alter table organization enable trigger all;",
  "alter table organization enable always trigger needs_entry;",
];

let chancery: ThrowawayChancery, page: Page;
const ids: Record<string, string> = {};

async function issue(api: Api, identity: string, name: string): Promise<number> {
  const { pem: csr } = await createCsr([name]);
  const body = { profile: "tls-server", identity: ids[identity], csr };
  return (await api.post("/certificates", body)).status;
}
/** Gives a name to another identity although a certificate carries it. */
async function free(api: Api, identity: string, name: string): Promise<void> {
  const { status } = await api.post(`/identities/${ids[identity]}/names`, {
    release: [{ type: "dns", value: name }],
    onRelease: "free",
  });
  expect(status).toBe(200);
}

test.beforeAll(async ({ browser }) => {
  test.setTimeout(600_000);
  const place = await makePlace();
  const logFile = join(place.dataFolder, "said.log");
  chancery = await startReady(place, logFile);
  const earlier = await adminApi(chancery);
  for (const name of ["edge", "balancer", "north", "south", "archive"])
    ids[name] = await createIdentity(earlier, name);
  for (const [first, second, name] of [
    ["edge", "balancer", "both.example.com"],
    ["north", "south", "pole.example.com"],
  ] as const) {
    expect(await issue(earlier, first, name)).toBe(201);
    await free(earlier, first, name);
    expect(await issue(earlier, second, name)).toBe(201);
  }
  expect(await issue(earlier, "archive", "archive.example.com")).toBe(201);
  await chancery.stop();
  await changeStoppedDatabase(place.dataFolder, forgetNames);
  chancery = await startReady(place, logFile);
  const api = await adminApi(chancery);
  expect(await issue(api, "edge", "archive.example.com"), "with a warning").toBe(201);
  const context = await browser.newContext({
    baseURL: chancery.httpUrl,
    storageState: { cookies: [], origins: [] },
  });
  page = await context.newPage();
  await page.goto("/sign-in");
  await signIn(page, "admin@example.com", "a long password");
  await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
});
test.afterAll(async () => {
  await page.context().close();
  await chancery.stop();
});

test("after an upgrade, the overview leads to the conflicts and to what can't be renewed once names are enforced", async () => {
  await expect(page.getByText("Names aren't enforced yet.")).toBeVisible();
  await checkAppearance(page, "overview-names");
  await page.getByRole("link", { name: "Review conflicts" }).click();
  await hydrated(page);
  await expect(page.getByRole("heading", { name: "both.example.com", level: 2 })).toBeVisible();
  await expect(
    page.getByRole("table", { name: /^Certificates that can't be renewed/ }),
  ).toContainText("archive.example.com");
  await checkAppearance(page, "name-conflicts-open", { fullPage: true });
});

test("names of a conflict are kept shared, or given to one identity", async () => {
  const conflict = (name: string) =>
    page.locator("section").filter({ has: page.getByRole("heading", { name, exact: true }) });
  await conflict("both.example.com").getByRole("button", { name: "Keep shared" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Keep shared" }).click();
  await expect(page.getByRole("heading", { name: "both.example.com", exact: true })).toHaveCount(0);
  await conflict("pole.example.com")
    .getByRole("button", { name: /^Give to south/ })
    .click();
  await expect(page.getByRole("dialog").getByText(/north .* releases the names/)).toBeVisible();
  await checkAppearance(page, "name-conflicts-give");
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Give to south/ })
    .click();
  await expect(page.getByText("No name conflicts")).toBeVisible();
});

test("names are enforced after a typed word, and only if what stops is still what was listed", async () => {
  const api = await adminApi(chancery);
  await page.getByRole("button", { name: "Enforce names" }).click();
  const dialog = page.getByRole("dialog");
  const confirm = dialog.getByRole("button", { name: "Enforce names" });
  await expect(confirm).toHaveAttribute("aria-disabled", "true");
  await dialog.getByRole("textbox", { name: "Type enforce to continue" }).fill("enforce");
  await checkAppearance(page, "names-enforce");
  expect(await issue(api, "balancer", "archive.example.com")).toBe(201);
  await confirm.click();
  await expect(dialog.getByText(/Look at the list again/)).toBeVisible();
  await expect(dialog.getByText(/valid certificates can't be renewed/)).toBeVisible();
  await confirm.click();
  await expect(page.getByText(/Names are enforced: .* nothing to do/)).toBeVisible();
  // Each gateway notices within two seconds.
  await expect.poll(() => issue(api, "edge", "archive.example.com")).toBe(422);
  await page.goto("/");
  await expect(page.getByText("Names aren't enforced yet.")).toHaveCount(0);
});
