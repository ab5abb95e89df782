import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIdentity } from "@/e2e/support/api";
import { checkAppearance } from "@/e2e/support/look";
import { createCsr } from "@/e2e/support/openssl";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });

const nameOf = async (id: string): Promise<string> =>
  (await adminApi().get<{ name: string }>(`/identities/${id}`)).body.name;
const countOf = async (identity: string): Promise<number> =>
  (await adminApi().get<{ items: unknown[] }>(`/certificates?identity=${identity}`)).body.items
    .length;

test("certificates are issued from a CSV after a dry run that shows each row next to its problem", async ({
  page,
}) => {
  const folder = await mkdtemp(join(tmpdir(), "chancery-many-"));
  const [one, two] = [
    await createIdentity(adminApi(), "rows"),
    await createIdentity(adminApi(), "rows"),
  ];
  const [first, second] = [
    await createCsr(["rows-1.example.com"]),
    await createCsr(["rows-2.example.com"]),
  ];
  await writeFile(join(folder, "second.csr"), second.pem);
  const lines = [
    "identity,profile,csr",
    `${one},tls-server,"${first.pem}"`,
    `${await nameOf(two)},,second.csr`,
    `unknown,tls-server,second.csr`,
    `${one},tls-server,missing.csr`,
  ];
  await writeFile(join(folder, "many.csv"), lines.join("\n"));
  await page.goto("/certificates/new");
  await page.getByRole("link", { name: "Issue many from a CSV" }).click();
  await expect(
    page.getByRole("heading", { level: 1, name: "Issue many certificates" }),
  ).toBeVisible();
  await checkAppearance(page, "issue-many-empty");
  await page
    .getByLabel("Choose files")
    .setInputFiles([join(folder, "many.csv"), join(folder, "second.csr")]);
  await expect(page.getByText("1 of 4 rows can be issued")).toBeVisible();
  await page.getByRole("combobox", { name: "Profile" }).selectOption("tls-server");
  await expect(page.getByText("2 of 4 rows can be issued")).toBeVisible();
  await expect(page.getByText("No identity has the name or ID unknown.")).toBeVisible();
  await expect(page.getByText(/There is no CSR/)).toBeVisible();
  await expect(page.getByText("2 certificates for 2 identities.")).toBeVisible();
  const issue = page.getByRole("button", { name: "Issue 2 certificates" });
  await expect(issue).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("textbox", { name: "Type issue 2 to continue" }).fill("issue 2");
  await checkAppearance(page, "issue-many", { fullPage: true });
  expect(await countOf(one)).toBe(0);
  await issue.click();
  await expect(page.getByRole("heading", { level: 1, name: "Issue 2 certificates" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Finished" })).toBeVisible();
  await expect(page.getByRole("link", { name: "rows-1.example.com" })).toBeVisible();
  await checkAppearance(page, "issue-many-finished", { fullPage: true });
  expect([await countOf(one), await countOf(two)]).toEqual([1, 1]);
});

test("a folder of CSR files is issued, each for the identity that its file is named after", async ({
  page,
}) => {
  const folder = await mkdtemp(join(tmpdir(), "chancery-folder-"));
  const ids = [await createIdentity(adminApi(), "file"), await createIdentity(adminApi(), "file")];
  for (const [n, id] of ids.entries())
    await writeFile(
      join(folder, `${await nameOf(id)}.csr`),
      (await createCsr([`file-${n}.example.com`])).pem,
    );
  await page.goto("/certificates/bulk/new");
  await page.getByRole("combobox", { name: "Profile" }).selectOption("tls-server");
  await page.getByLabel("Choose a folder").setInputFiles(folder);
  await expect(page.getByText("2 of 2 rows can be issued")).toBeVisible();
  await page.getByRole("textbox", { name: "Type issue 2 to continue" }).fill("issue 2");
  await page.getByRole("button", { name: "Issue 2 certificates" }).click();
  await expect(page.getByRole("heading", { name: "Finished" })).toBeVisible();
  expect(await Promise.all(ids.map(countOf))).toEqual([1, 1]);
});

test("an auditor doesn't reach the page", async ({ browser }) => {
  const context = await browser.newContext({
    baseURL: chancery.http,
    storageState: stateOf("auditor"),
  });
  const page = await context.newPage();
  await page.goto("/certificates/bulk/new");
  await expect(page.getByRole("heading", { name: "Issue many certificates" })).toHaveCount(0);
  await context.close();
});
