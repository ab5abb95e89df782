import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { exportAs } from "@/e2e/support/export-log";
import {
  queryOcsp,
  filesOf,
  createCsr,
  readCrl,
  serialOf,
  verify,
  type Files,
} from "@/e2e/support/openssl";
import { expect, test } from "@/e2e/support/test";
import { chancery, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("admin") });
test.describe.configure({ mode: "serial" });

const csrField = /^Certificate signing request/;
const idOf = (page: Page) => new URL(page.url()).pathname.split("/").at(-1) ?? "";

async function download(page: Page, name: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    (async () => {
      await page.getByRole("button", { name: "Other formats" }).click();
      await page.getByRole("menuitem", { name }).click();
    })(),
  ]);
  return readFileSync(await file.path(), "utf8");
}

async function filesFrom(page: Page): Promise<Files> {
  const root = await (await fetch(`${chancery.http}/ca/root.pem`)).text();
  return filesOf(
    await download(page, "Certificate (PEM)"),
    await download(page, "Chain (PEM) Issuers only"),
    root,
  );
}

async function dropFile(page: Page, path: string): Promise<void> {
  const data = await page.evaluateHandle(
    (text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], "request.csr"));
      return transfer;
    },
    readFileSync(path, "utf8"),
  );
  await page.getByRole("textbox", { name: csrField }).dispatchEvent("drop", { dataTransfer: data });
}

/** The sentences of the audit view about one certificate, as a person sees them. */
async function auditOf(page: Page, id: string): Promise<string[]> {
  await page.goto(`/audit?target=${id}`);
  await expect(page.getByRole("table", { name: "Entries" })).toBeVisible();
  return page.getByRole("table", { name: "Entries" }).getByRole("link").allTextContents();
}

let first: { id: string; files: Files }, second: { id: string; files: Files };

test("a pasted CSR is shown in full before anything is signed, then issued, and openssl verifies the certificate", async ({
  page,
}) => {
  const { pem } = await createCsr(["pay.example.com", "www.pay.example.com"]);
  await page.goto("/certificates/new");
  await page.getByRole("textbox", { name: csrField }).fill(pem);
  await page.getByRole("button", { name: "New identity" }).click();
  const dialog = page.getByRole("dialog", { name: "New identity" });
  await dialog.getByRole("textbox", { name: "Name" }).fill("payments");
  await dialog.getByRole("textbox", { name: "Owner" }).fill("payments-team@example.com");
  await dialog.getByRole("button", { name: "Create identity" }).click();
  await expect(page.getByText("Ready to issue.")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Requested" })).toBeVisible();
  await expect(page.getByText("www.pay.example.com").first()).toBeVisible();
  await page.getByRole("button", { name: "Add 2 names and issue" }).click();
  await expect(page.getByText(/^Issued\./)).toBeVisible();
  await page.getByRole("link", { name: "View certificate" }).click();
  await expect(page.getByRole("heading", { name: "pay.example.com", level: 1 })).toBeVisible();
  first = { id: idOf(page), files: await filesFrom(page) };
  expect((await verify(first.files)).all).toContain(": OK");
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download", exact: true }).click(),
  ]);
  expect(readFileSync(await file.path(), "utf8"), "one click is the certificate").toBe(
    await download(page, "Certificate (PEM)"),
  );
  const full = await download(page, "Full chain (PEM)");
  expect(full.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  await expect(page.getByText(/^Expires in \d+ (days|months)/).first()).toBeVisible();
  await expect(page.getByRole("link", { name: "payments-team@example.com" })).toBeVisible();
  expect(await queryOcsp(first.files, chancery.http)).toBe("good");
  expect(await readCrl(first.files, chancery.http)).not.toContain(await serialOf(first.files.cert));
  const acts = await auditOf(page, first.id);
  expect(acts).toHaveLength(2);
  expect(acts[0]).toContain("issued certificate");
  expect(acts[1]).toContain("planned certificate");
});

test("a dropped CSR with a new key rotates the certificate, and the predecessor is superseded", async ({
  page,
}) => {
  const { csrFile } = await createCsr(["pay.example.com", "www.pay.example.com"], "ec:P-384");
  await page.goto(`/certificates/${first.id}`);
  await page.getByRole("button", { name: "Rotate" }).click();
  const dialog = page.getByRole("dialog", { name: "Rotate pay.example.com" });
  const data = await page.evaluateHandle(
    (text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], "request.csr"));
      return transfer;
    },
    readFileSync(csrFile, "utf8"),
  );
  await dialog
    .getByRole("textbox", { name: /^CSR with a new key/ })
    .dispatchEvent("drop", { dataTransfer: data });
  await expect(dialog.getByRole("textbox", { name: /^CSR with a new key/ })).toHaveValue(
    /BEGIN CERTIFICATE REQUEST/,
  );
  await dialog.getByRole("radio", { name: /^Immediately/ }).check();
  await dialog.getByRole("button", { name: "Rotate" }).click();
  await expect(page.getByRole("link", { name: "View predecessor" })).toBeVisible();
  await expect(page).not.toHaveURL(new RegExp(first.id));
  second = { id: idOf(page), files: await filesFrom(page) };
  expect((await verify(second.files)).all).toContain(": OK");
  expect(await queryOcsp(second.files, chancery.http)).toBe("good");
  await expect
    .poll(() => queryOcsp(first.files, chancery.http), { timeout: 5_000 })
    .toBe("revoked");
  await page.getByRole("link", { name: "View predecessor" }).click();
  await expect(page.getByText("superseded", { exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "View successor" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Rotate" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  expect((await auditOf(page, first.id)).join("\n")).toMatch(
    /revoked certificate .*superseded[^]*rotated certificate/,
  );
});

test("a revocation reaches OCSP within a second and the CRL within five", async ({ page }) => {
  await page.goto(`/certificates/${second.id}`);
  await page.getByRole("button", { name: "Revoke" }).click();
  const dialog = page.getByRole("dialog", { name: /^Revoke/ });
  await expect(dialog.getByRole("radio", { checked: true })).toHaveCount(0);
  await expect(dialog.getByRole("button", { name: "Revoke" })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  await dialog.getByRole("radio", { name: "Key compromise" }).check();
  await dialog.getByLabel(/^Comment/).fill("laptop lost");
  await dialog.getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("status").getByText("Revoked.")).toBeVisible();
  await expect
    .poll(() => queryOcsp(second.files, chancery.http), {
      intervals: [100],
      timeout: 3_000,
    })
    .toBe("revoked");
  await expect
    .poll(() => readCrl(second.files, chancery.http), {
      intervals: [200],
      timeout: 8_000,
    })
    .toContain(await serialOf(second.files.cert));
  expect(
    (await verify(second.files)).code,
    "the chain still verifies; only the status has changed",
  ).toBe(0);
  await expect(page.getByText("laptop lost").first()).toBeVisible();
  const acts = await auditOf(page, second.id);
  expect(acts[0]).toContain("revoked certificate");
  expect(acts[0]).toContain("laptop lost");
});

test("a certificate is put on hold and released, and OCSP follows", async ({ page }) => {
  const { csrFile } = await createCsr(["hold.example.com"], "rsa:2048");
  await page.goto("/certificates/new");
  await dropFile(page, csrFile);
  await page.getByRole("combobox", { name: "Identity" }).fill("paym");
  await page.getByRole("option", { name: /^payments/ }).click();
  await page.getByRole("button", { name: "Add 1 name and issue" }).click();
  await page.getByRole("link", { name: "View certificate" }).click();
  await expect(page.getByRole("heading", { name: "hold.example.com", level: 1 })).toBeVisible();
  const files = await filesFrom(page);
  await page.getByRole("button", { name: "Put on hold" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Put on hold" }).click();
  await expect(page.getByRole("button", { name: "Release" })).toBeVisible();
  await expect
    .poll(() => queryOcsp(files, chancery.http), { intervals: [100], timeout: 3_000 })
    .toBe("revoked");
  await page.getByRole("button", { name: "Release" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Release" }).click();
  await expect(page.getByRole("button", { name: "Put on hold" })).toBeVisible();
  await expect
    .poll(() => queryOcsp(files, chancery.http), { intervals: [100], timeout: 3_000 })
    .toBe("good");
});

test("what the audit view shows is exported whole, as JSON Lines and as CSV, and the export is an entry", async ({
  page,
}) => {
  await page.goto(`/audit?target=${second.id}`);
  const exported: Record<string, string> = {};
  for (const name of ["JSON Lines", "CSV"]) {
    exported[name] = readFileSync((await exportAs(page, name)).file, "utf8");
  }
  // Between a header and an end: entries, and what stands for those that were left out.
  const lines = (exported["JSON Lines"] ?? "")
    .trim()
    .split("\n")
    .filter((line) => line.startsWith(`{"seq":`));
  const records = lines.map(
    (line) => JSON.parse(line) as { leafHash: string; entry: { action: string } },
  );
  expect(records.map(({ entry }) => entry.action)).toEqual([
    "certificate.planned",
    "certificate.issued",
    "certificate.revoked",
  ]);
  for (const [index, { leafHash, entry }] of records.entries()) {
    const bytes = /"entry":(.*)\}$/.exec(lines[index] ?? "")?.[1] ?? "";
    expect(JSON.parse(bytes)).toEqual(entry);
    expect(
      createHash("sha256").update("\0").update(bytes).digest("hex"),
      "the leaf hash of RFC 6962 over the entry's own bytes",
    ).toBe(leafHash);
  }
  expect((exported["CSV"] ?? "").trim().split("\n")).toHaveLength(4);
  await page.goto("/audit?action=audit.exported");
  await expect(page.getByRole("link", { name: /exported 3 entries as csv/ })).toBeVisible();
  await expect(page.getByRole("link", { name: /exported 3 entries as jsonl/ })).toBeVisible();
});
