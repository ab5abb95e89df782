import { minuteMs } from "@/lib/format/time-units";
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { createIdentity } from "@/e2e/support/api";
import { checkAppearance } from "@/e2e/support/look";
import { createCsr } from "@/e2e/support/openssl";
import { expect, test } from "@/e2e/support/test";
import { adminApi, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

const toast = (page: Page, text: RegExp | string) =>
  page.getByRole("region", { name: "Messages" }).getByText(text);
const bar = (page: Page) => page.getByRole("region", { name: "Selected rows" });
const inDays = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** An identity with so many valid certificates; its ID and theirs. */
async function makeFleet(name: string, count: number): Promise<{ id: string; ids: string[] }> {
  const identity = await createIdentity(adminApi(), name);
  const ids: string[] = [];
  for (let n = 1; n <= count; n += 1) {
    const { pem: csr } = await createCsr([`${name}-${n}.example.com`]);
    const { body, status } = await adminApi().post<{ id: string }>("/certificates", {
      profile: "tls-server",
      identity,
      csr,
    });
    expect(status).toBe(201);
    ids.push(body.id);
  }
  return { id: identity, ids };
}

test("the rotation of three certificates is requested after a dry run and a typed word, with a report and a filter", async ({
  page,
}) => {
  const { id } = await makeFleet("weak", 3);
  await page.goto(`/certificates?identity=${id}`);
  await page.getByRole("checkbox", { name: "Select all rows on this page" }).check();
  await bar(page).getByRole("button", { name: "Request rotation" }).click();
  const dialog = page.getByRole("dialog", { name: "Request rotation of 3 certificates?" });
  const figures = dialog.getByRole("region", { name: "Dry run" });
  await expect(figures).toContainText("3 certificates of 1 identity.");
  await expect(figures).toContainText(
    "3 were not issued over ACME: people or other programs have to replace them (1 owner).",
  );
  await expect(dialog.getByLabel("Replace by")).toHaveValue(inDays(7));
  const submit = dialog.getByRole("button", { name: "Request rotation" });
  await expect(submit).toHaveAttribute("aria-disabled", "true");
  await dialog.getByLabel("Replace by").fill(inDays(-2));
  await expect(dialog.getByText("The date to replace by is over.")).toBeVisible();
  await dialog.getByLabel("Replace by").fill(inDays(3));
  await expect(figures).toContainText("3 certificates of 1 identity.");
  await dialog.getByRole("textbox", { name: "Comment" }).fill("keys from a weak generator");
  await checkAppearance(page, "rotation-dry-run");
  await dialog.getByRole("textbox", { name: /^Type rotate 3/ }).fill("rotate 3");
  await submit.click();

  await expect(
    page.getByRole("heading", { level: 1, name: "Request rotation of 3 certificates" }),
  ).toBeVisible();
  await expect(page.getByRole("heading", { name: "Finished" })).toBeVisible();
  await expect(page.getByText("keys from a weak generator.")).toBeVisible();
  await expect(page.getByRole("table").getByText("Requested")).toHaveCount(3);
  await checkAppearance(page, "rotation-report");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download report (CSV)" }).click(),
  ]);
  const lines = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
  expect(lines).toHaveLength(4);
  for (const line of lines.slice(1)) expect(line).toMatch(/"done".*"ent_/);

  await page.goto(`/certificates?identity=${id}`);
  await page.getByRole("link", { name: "Rotation requested" }).click();
  await expect(page.getByText("3 certificates match.")).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "Replace by" })).toBeVisible();
  await checkAppearance(page, "rotation-list");
  await page.getByRole("checkbox", { name: "Select all rows on this page" }).check();
  await bar(page).getByRole("button", { name: "Request rotation" }).click();
  await expect(page.getByRole("dialog")).toContainText(
    "3 left out: rotation requested already, by this date or an earlier one",
  );
});

test("a certificate's page requests its rotation, says until when by whom and why with the entry, and withdraws it", async ({
  page,
}) => {
  const {
    ids: [id = ""],
  } = await makeFleet("single", 1);
  await page.goto(`/certificates/${id}`);
  await page.getByRole("button", { name: "Request rotation" }).click();
  const dialog = page.getByRole("dialog", { name: /^Request the rotation of single-1/ });
  await dialog.getByLabel("Replace by").fill(inDays(4));
  await dialog.getByRole("textbox", { name: "Comment" }).fill("library with a bug");
  await checkAppearance(page, "rotation-request");
  await dialog.getByRole("button", { name: "Request rotation" }).click();
  await expect(toast(page, "Rotation requested.")).toBeVisible();
  const said = page.getByText(
    /^To be replaced by .*\. Requested by .*: library with a bug \(Entry \d+\)$/,
  );
  await expect(said).toBeVisible();
  await expect(page.getByRole("button", { name: "Request rotation" })).toHaveCount(0);
  await checkAppearance(page, "rotation-requested");
  await said.getByRole("link", { name: /^Entry/ }).click();
  await expect(page.getByText(/requested the rotation of certificate/).first()).toBeVisible();
  await page.goto(`/certificates/${id}`);
  await page.getByRole("button", { name: "Withdraw" }).click();
  const question = page.getByRole("dialog", { name: "Withdraw the request for rotation?" });
  await question.getByRole("textbox", { name: "Comment" }).fill("fixed in place");
  await question.getByRole("button", { name: "Withdraw" }).click();
  await expect(toast(page, "Request withdrawn.")).toBeVisible();
  await expect(said).toBeHidden();
  await expect(page.getByRole("button", { name: "Request rotation" })).toBeVisible();
});

test("a rotation that is overdue is counted on the overview, in the list behind the count and on its page", async ({
  page,
}) => {
  const {
    ids: [id = ""],
  } = await makeFleet("late", 1);
  // The earliest date that is accepted.
  const replaceBy = new Date(Date.now() + minuteMs + 2_000).toISOString();
  const { status } = await adminApi().post(`/certificates/${id}/request-rotation`, {
    replaceBy,
    comment: "at once",
  });
  expect(status).toBe(200);
  await expect(async () => {
    await page.goto("/");
    await expect(page.getByText("1 requested rotation is overdue.")).toBeVisible({ timeout: 500 });
  }).toPass();
  await checkAppearance(page, "rotation-overview");
  await page.getByRole("link", { name: "View certificates" }).click();
  await expect(page.getByText("1 certificate matches.")).toBeVisible();
  await checkAppearance(page, "rotation-overdue-list");
  await page.getByRole("link", { name: "late-1.example.com" }).click();
  await expect(page.getByText("Rotation overdue")).toBeVisible();
  await checkAppearance(page, "rotation-overdue");
});

test("requests are withdrawn from all in the list of requested ones, after a dry run and a typed word", async ({
  page,
}) => {
  const { id, ids } = await makeFleet("withdrawn", 2);
  for (const each of ids) await adminApi().post(`/certificates/${each}/request-rotation`, {});
  await page.goto(`/certificates?identity=${id}`);
  await page.getByRole("checkbox", { name: "Select all rows on this page" }).check();
  await expect(bar(page).getByRole("button", { name: "Withdraw request" })).toHaveCount(0);
  await page.goto(`/certificates?identity=${id}&rotation=requested`);
  await page.getByRole("checkbox", { name: "Select all rows on this page" }).check();
  await checkAppearance(page, "rotation-requested-selected");
  await bar(page).getByRole("button", { name: "Withdraw request" }).click();
  const dialog = page.getByRole("dialog", {
    name: "Withdraw the request for rotation of 2 certificates?",
  });
  const figures = dialog.getByRole("region", { name: "Dry run" });
  await expect(figures).toContainText("2 certificates of 1 identity.");
  await expect(figures).not.toContainText(/OCSP|successor/);
  await dialog.getByRole("textbox", { name: "Comment" }).fill("false alarm");
  await dialog.getByRole("textbox", { name: /^Type withdraw 2/ }).fill("withdraw 2");
  await checkAppearance(page, "rotation-withdraw");
  await dialog.getByRole("button", { name: "Withdraw" }).click();
  await expect(page.getByRole("heading", { name: "Finished" })).toBeVisible();
  await page.goto(`/certificates?identity=${id}&rotation=requested`);
  await expect(page.getByText("No certificates match")).toBeVisible();
});

test("a request for a suspended identity says that it is suspended, on its page and in the list", async ({
  page,
}) => {
  const { id, ids } = await makeFleet("suspended", 1);
  await adminApi().post(`/certificates/${ids[0]}/request-rotation`, {});
  await page.goto(`/certificates/${ids[0]}`);
  await expect(page.getByText("Rotation requested", { exact: true })).toBeVisible();
  await adminApi().post(`/identities/${id}/suspend`, {});
  await page.goto(`/certificates/${ids[0]}`);
  await expect(page.getByText("Suspended: rotation requested")).toBeVisible();
  await expect(page.getByText("can't get certificates until it is activated")).toBeVisible();
  await checkAppearance(page, "rotation-suspended");
  await page.goto(`/certificates?identity=${id}&rotation=requested`);
  await expect(page.getByRole("table").getByText("Suspended", { exact: true })).toBeVisible();
  await checkAppearance(page, "rotation-suspended-list");
  await adminApi().post(`/identities/${id}/activate`, {});
  await page.goto(`/certificates/${ids[0]}`);
  await expect(page.getByText("Rotation requested", { exact: true })).toBeVisible();
});
