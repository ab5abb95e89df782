import type { Page } from "@playwright/test";
import { createIdentity } from "@/e2e/support/api";
import { checkAppearance, phoneViewport } from "@/e2e/support/look";
import { raiseAlert } from "@/e2e/support/raise-alert";
import { expect, horizontalOverflow, test } from "@/e2e/support/test";
import { adminApi, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

const headers = (page: Page) =>
  page.getByRole("table").getByRole("columnheader").filter({ hasText: /\w/ });
const view = (page: Page) => page.getByRole("dialog", { name: "Display of this table" });
const rows = (page: Page) => page.getByRole("table").getByRole("row");
const firstRow = (page: Page) => rows(page).nth(1);

test.beforeAll(async () => {
  for (let n = 1; n <= 6; n += 1) await createIdentity(adminApi(), `paged ${n}`);
});

test("pages lead forward and back to exactly the rows that were there, and a link keeps the page", async ({
  page,
}) => {
  await page.goto("/identities?q=paged&limit=2");
  const names = async () => page.getByRole("table").getByRole("link").allTextContents();
  await expect(page.getByText("2 of 6 identities")).toBeVisible();
  const first = await names();
  const seen = [first];
  for (let n = 2; n <= 3; n += 1) {
    await page.getByRole("link", { name: "Next page" }).click();
    await expect.poll(names).not.toEqual(seen.at(-1));
    seen.push(await names());
  }
  expect(new Set(seen.flat()).size).toBe(6);
  await page.getByRole("link", { name: "Previous page" }).click();
  await expect.poll(names).toEqual(seen[1]);
  await page.reload();
  await expect.poll(names).toEqual(seen[1]);
  await page.getByRole("link", { name: "Previous page" }).click();
  await expect.poll(names).toEqual(first);
  await expect(page.getByRole("button", { name: "Previous page" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
});

test("columns, density and page size are chosen by keyboard alone, and remembered", async ({
  page,
}) => {
  await page.goto("/identities?q=paged");
  const comfortable = (await firstRow(page).boundingBox())?.height ?? 0;
  await page.getByRole("button", { name: "Display", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(view(page)).toBeVisible();
  await expect(view(page).getByRole("checkbox", { name: "Kind" })).toBeFocused();
  await page.keyboard.press("Space");
  await expect(headers(page).filter({ hasText: "Kind" })).toHaveCount(0);
  await view(page).getByRole("checkbox", { name: "Note" }).focus();
  await page.keyboard.press("Space");
  await expect(headers(page).filter({ hasText: "Note" })).toBeVisible();
  await view(page).getByRole("radio", { name: "Comfortable" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(view(page).getByRole("radio", { name: "Compact" })).toBeChecked();
  await expect
    .poll(async () => (await firstRow(page).boundingBox())?.height ?? 0)
    .toBeLessThan(comfortable);
  await view(page).getByRole("radio", { name: "50", exact: true }).focus();
  await page.keyboard.press("ArrowLeft");
  await expect(view(page).getByRole("radio", { name: "25", exact: true })).toBeChecked();
  await checkAppearance(page, "identities-view");
  await page.keyboard.press("Escape");
  await page.reload();
  await expect(headers(page).filter({ hasText: "Note" })).toBeVisible();
  await expect(headers(page).filter({ hasText: "Kind" })).toHaveCount(0);
  await page.getByRole("button", { name: "Display", exact: true }).click();
  await expect(view(page).getByRole("radio", { name: "Compact" })).toBeChecked();
  await view(page).getByRole("button", { name: "Reset view" }).click();
  await expect(headers(page).filter({ hasText: "Kind" })).toBeVisible();
  await expect(headers(page).filter({ hasText: "Note" })).toHaveCount(0);
});

test("on a phone, a column that was chosen is there, and the table alone scrolls sideways", async ({
  page,
}) => {
  await page.setViewportSize(phoneViewport);
  await page.goto("/identities?q=paged");
  await expect(headers(page).filter({ hasText: "Owner" })).toBeHidden();
  await page.getByRole("button", { name: "Display", exact: true }).click();
  await view(page).getByRole("checkbox", { name: "Owner" }).uncheck();
  await expect(view(page).getByRole("checkbox", { name: "Owner" })).not.toBeChecked();
  await view(page).getByRole("checkbox", { name: "Owner" }).check();
  await expect(headers(page).filter({ hasText: "Owner" })).toBeVisible();
  await page.keyboard.press("Escape");
  await checkAppearance(page, "identities-phone-columns");
});

for (const [path, column] of [
  ["/certificates", "Fingerprint"],
  ["/alerts", "Severity"],
] as const)
  test(`the list at ${path} has its own view`, async ({ page }) => {
    // Its certificate is in the other list.
    await raiseAlert(`own-view-${column.toLowerCase()}`);
    await page.goto(path === "/alerts" ? `${path}?status=all` : path);
    await page.getByRole("button", { name: "Display", exact: true }).click();
    await view(page).getByRole("checkbox", { name: column }).check();
    await expect(view(page).getByRole("checkbox", { name: column })).toBeChecked();
    for (const box of await view(page).getByRole("checkbox").all()) await box.check();
    await expect(rows(page).nth(1)).toBeVisible();
    await expect.poll(() => horizontalOverflow(page)).toBeLessThanOrEqual(0);
    await checkAppearance(page, `view${path.replace("/", "-")}`);
    await page.goto("/identities");
    await expect(headers(page).filter({ hasText: column })).toHaveCount(0);
  });

for (const [list, query] of [
  ["certificates", "state=held"],
  ["identities", "kind=device"],
  ["alerts", "severity=critical"],
] as const)
  test(`a view of ${list} is saved, opened from its menu, and listed with those of other lists`, async ({
    page,
  }) => {
    const name = `My ${list} ${Date.now()}`;
    await page.goto(`/${list}`);
    await page.getByRole("button", { name: "Views" }).click();
    await expect(page.getByRole("menuitem", { name: "Save this view" })).toHaveAttribute(
      "aria-disabled",
      "true",
    );
    await page.keyboard.press("Escape");
    await page.goto(`/${list}?${query}&limit=25`);
    await page.getByRole("button", { name: /^View/ }).first().click();
    await page.getByRole("menuitem", { name: "Save this view" }).click();
    await page.getByRole("dialog").getByRole("textbox", { name: /^Name/ }).fill(name);
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("View saved.")).toBeVisible();
    await page.goto(`/${list}`);
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("menuitem", { name }).click();
    await expect(page).toHaveURL(new RegExp(`/${list}\\?${query}$`));
    await page.goto("/views");
    await page.getByRole("link", { name }).click();
    await expect(page).toHaveURL(new RegExp(`/${list}\\?${query}$`));
  });
