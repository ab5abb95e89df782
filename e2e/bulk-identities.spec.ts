import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { createIdentity } from "@/e2e/support/api";
import { createTestService } from "@/e2e/support/client";
import { checkAppearance } from "@/e2e/support/look";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

const bar = (page: Page) => page.getByRole("region", { name: "Selected rows" });
const statusOf = async (id: string) =>
  (await adminApi().get<{ status: string; owner: string }>(`/identities/${id}`)).body;
const typeWord = async (page: Page, word: string) => {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: `Type ${word} to continue` }).fill(word);
};

async function makeIdentities(name: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 1; n <= count; n += 1) ids.push(await createIdentity(adminApi(), `${name} ${n}`));
  return ids;
}

test("identities are selected by keyboard alone and suspended after a dry run and a typed word", async ({
  page,
}) => {
  const ids = await makeIdentities("suspendable", 3);
  await page.goto("/identities?q=suspendable");
  await expect(page.getByText("3 identities match.")).toBeVisible();
  const links = page.getByRole("table").getByRole("link");
  await links.first().focus();
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Shift+X");
  await expect(bar(page).getByText("3 selected")).toBeVisible();
  await checkAppearance(page, "identities-selected");
  await bar(page).getByRole("button", { name: "Suspend" }).click();
  const dialog = page.getByRole("dialog", { name: "Suspend 3 identities?" });
  await expect(dialog.getByText("3 identities with 0 valid certificates.")).toBeVisible();
  await checkAppearance(page, "identities-suspend");
  await typeWord(page, "suspend 3");
  await dialog.getByRole("button", { name: "Suspend", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Suspend 3 identities" })).toBeVisible();
  await expect(page).toHaveURL(/\/identities\/bulk\/blk_/);
  await expect(page.getByRole("heading", { name: "Finished" })).toBeVisible();
  await checkAppearance(page, "identities-suspended", { fullPage: true });
  for (const id of ids) expect((await statusOf(id)).status).toBe("suspended");
});

test("all that match get an owner, and are activated again", async ({ page }) => {
  const ids = await makeIdentities("moving", 3);
  await page.goto("/identities?q=moving&limit=2");
  await page.getByRole("checkbox", { name: "Select all rows on this page" }).check();
  await bar(page).getByRole("button", { name: "Select all 3 that match" }).click();
  await bar(page).getByRole("button", { name: "Assign owner" }).click();
  const dialog = page.getByRole("dialog", { name: "Assign an owner to 3 identities?" });
  const assign = dialog.getByRole("button", { name: "Assign", exact: true });
  await expect(assign).toHaveAttribute("aria-disabled", "true");
  await dialog.getByRole("textbox", { name: "New owner" }).fill("platform@example.com");
  await typeWord(page, "assign 3");
  await checkAppearance(page, "identities-assign");
  await assign.click();
  await expect(
    page.getByRole("heading", { level: 1, name: "Assign 3 identities to platform@example.com" }),
  ).toBeVisible();
  await expect(page.getByRole("heading", { name: "Finished" })).toBeVisible();
  for (const id of ids) expect((await statusOf(id)).owner).toBe("platform@example.com");
});

test("an operator's dry run names a proxy and a user's identity as left out, with the reason", async ({
  browser,
}) => {
  const proxy = await createIdentity(adminApi(), "refusable proxy");
  await createIdentity(adminApi(), "refusable plain");
  expect(
    (await adminApi().post("/proxies", { identity: proxy, kind: "nginx", hops: 1 })).status,
  ).toBe(201);
  const context = await browser.newContext({
    baseURL: chancery.http,
    storageState: stateOf("operator"),
  });
  const page = await context.newPage();
  await page.goto("/identities?q=refusable");
  await page.getByRole("checkbox", { name: "Select all rows on this page" }).check();
  await bar(page).getByRole("button", { name: "Suspend" }).click();
  const dialog = page.getByRole("dialog");
  await expect(
    dialog.getByText(
      /1 left out: trusted as a proxy, so only an administrator can change them \(refusable proxy /,
    ),
  ).toBeVisible();
  await typeWord(page, "suspend 1");
  await context.close();
});

test("everything of the selected identities is revoked, and the identities stay", async ({
  page,
}) => {
  const service = await createTestService(adminApi(), "wiped");
  await page.goto("/identities?q=wiped");
  await page.getByRole("checkbox", { name: "Select all rows on this page" }).check();
  await bar(page).getByRole("button", { name: "Revoke certificates" }).click();
  const dialog = page.getByRole("dialog", { name: "Revoke all certificates of 1 identity?" });
  await typeWord(page, "revoke 1");
  await dialog.getByRole("radio", { name: "Cessation of operation" }).check();
  await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Revoke 1 certificate" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Finished" })).toBeVisible();
  const { body } = await adminApi().get<{ status: string }>(
    `/certificates/${service.certificateId}`,
  );
  expect(body.status).toBe("revoked");
});

test("what is selected is exported, and nothing else", async ({ page }) => {
  await makeIdentities("picked", 2);
  await page.goto("/identities?q=picked");
  await page.getByRole("checkbox", { name: /^Select picked 1 / }).check();
  await bar(page).getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download CSV" }).click(),
  ]);
  const text = await readFile(await download.path(), "utf8");
  expect(text.trim().split("\r\n")).toHaveLength(2);
  expect(text).toContain('"picked 1 ');
});

test("an auditor sees no selection of identities", async ({ browser }) => {
  const context = await browser.newContext({
    baseURL: chancery.http,
    storageState: stateOf("auditor"),
  });
  const page = await context.newPage();
  await page.goto("/identities");
  await expect(page.getByRole("button", { name: "Export" })).toBeVisible();
  await expect(page.getByRole("checkbox")).toHaveCount(0);
  await context.close();
});
