import { createIdentity } from "@/e2e/support/api";
import { checkAppearance } from "@/e2e/support/look";
import { openPalette } from "@/e2e/support/palette";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

/** So many that the bulk action still runs once it is found again. */
const fleetSize = 1200;
const together = 24;

const identities = async (filter: string) =>
  (await adminApi().get<{ items: readonly { id: string }[] }>(filter)).body.items;

/** An action that still runs would change what a dry run counts before it is started. */
async function waitForBulkActions(): Promise<void> {
  await expect
    .poll(
      async () => {
        const { body } = await adminApi().get<{ items: readonly { status: string }[] }>(
          "/bulk-acts",
        );
        return body.items.filter(({ status }) => status === "running");
      },
      { timeout: 180_000 },
    )
    .toEqual([]);
}

async function startBulk(input: object): Promise<string> {
  const { body: seen } = await adminApi().post<{ count: number; sha256: string }>(
    "/bulk-acts/preview",
    input,
  );
  const { count, sha256 } = seen;
  const { body, status } = await adminApi().post<{ id: string }>("/bulk-acts", {
    ...input,
    expect: { count, sha256 },
  });
  expect(status).toBe(201);
  return body.id;
}

test("a bulk action that was left is found again, and canceled: the rest is unchanged", async ({
  page,
}) => {
  for (let n = 0; n < fleetSize; n += together)
    await Promise.all(
      Array.from({ length: together }, (_, place) =>
        createIdentity(adminApi(), `left fleet ${n + place}`),
      ),
    );
  // Both take turns, so the one that is canceled has twice the time.
  await startBulk({
    act: "assign",
    owner: "platform@example.com",
    identityFilter: { q: "left fleet" },
    count: fleetSize,
  });
  await page.goto("/identities?q=left%20fleet");
  await page.getByRole("checkbox", { name: "Select all rows on this page" }).check();
  const bar = page.getByRole("region", { name: "Selected rows" });
  await bar.getByRole("button", { name: "Select all 1,200 that match" }).click();
  await bar.getByRole("button", { name: "Suspend" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: /^Type suspend/ }).fill("suspend 1200");
  await dialog.getByRole("button", { name: "Suspend", exact: true }).click();
  await expect(
    page.getByRole("heading", { level: 1, name: "Suspend 1,200 identities" }),
  ).toBeVisible();

  await page.goto("/certificates");
  await page.getByRole("link", { name: "Bulk actions" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Bulk actions" })).toBeVisible();
  const row = page.getByRole("row").nth(1);
  await expect(row).toContainText("Running");
  await row.getByRole("link", { name: "Suspend 1,200 identities" }).click();
  await expect(page.getByText(/^[1-9][\d,]* of 1,200 identities$/)).toBeVisible();
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  const question = page.getByRole("alertdialog", { name: "Cancel this bulk action?" });
  await expect(question).toContainText("What is done stays done.");
  await question.getByRole("button", { name: "Cancel bulk action" }).click();
  await expect(page.getByRole("heading", { name: "Canceled" })).toBeVisible();
  const active = await identities("/identities?q=left%20fleet&status=active&limit=200");
  expect(active.length).toBeGreaterThan(0);
  const suspended = await identities("/identities?q=left%20fleet&status=suspended&limit=1");
  expect(suspended.length).toBeGreaterThan(0);

  await page.goto("/identities");
  await page.getByRole("link", { name: "Bulk actions" }).click();
  await expect(row).toContainText("Canceled");
  await expect(row).toContainText(/\d suspended/);
  await expect(page.getByRole("row").nth(2)).toContainText(
    "Assign 1,200 identities to platform@example.com",
  );
  await checkAppearance(page, "bulk-actions");
});

test("the question before a bulk action is canceled has no axe violations, and to keep it running changes nothing", async ({
  page,
}) => {
  await waitForBulkActions();
  const id = await startBulk({
    act: "assign",
    owner: "again@example.com",
    identityFilter: { q: "left fleet" },
    count: fleetSize,
  });
  await page.goto(`/identities/bulk/${id}`);
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  const question = page.getByRole("alertdialog", { name: "Cancel this bulk action?" });
  await checkAppearance(page, "bulk-cancel");
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await expect(page.getByRole("heading", { name: "Finished" })).toBeVisible();
});

test("an entry about a bulk action leads to its page, and the palette to the list and to each", async ({
  page,
}) => {
  await page.goto("/audit?action=bulk.canceled");
  await page.getByRole("table").getByRole("link").first().click();
  await page.getByRole("link", { name: "Suspend 1,200 identities" }).first().click();
  await expect(
    page.getByRole("heading", { level: 1, name: "Suspend 1,200 identities" }),
  ).toBeVisible();
  await openPalette(page);
  await page.keyboard.type("bulk actions");
  await page.getByRole("option", { name: /^Bulk actions/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Bulk actions" })).toBeVisible();
  await openPalette(page);
  await page.keyboard.type("suspend 1,200");
  await page.getByRole("option", { name: /^Suspend 1,200 identities/ }).click();
  await expect(
    page.getByRole("heading", { level: 1, name: "Suspend 1,200 identities" }),
  ).toBeVisible();
});

test("an auditor reads the list and the report of each, and can't cancel", async ({ browser }) => {
  const context = await browser.newContext({
    baseURL: chancery.http,
    storageState: stateOf("auditor"),
  });
  const page = await context.newPage();
  await page.goto("/certificates");
  await page.getByRole("link", { name: "Bulk actions" }).click();
  await page.getByRole("table").getByRole("link").first().click();
  await expect(page.getByRole("link", { name: "Download report (CSV)" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Cancel", exact: true })).toHaveCount(0);
  await context.close();
});
