import { openPalette } from "@/e2e/support/palette";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { apiAt, createIdentity, type Certificate } from "@/e2e/support/api";
import { exportAs, saveDownload } from "@/e2e/support/export-log";
import { createCsr, tempPath } from "@/e2e/support/openssl";
import { run, type RunResult } from "@/e2e/support/run";
import { expect, test } from "@/e2e/support/test";
import { adminApi, chancery, stateOf } from "@/e2e/support/world";

test.use({ storageState: stateOf("auditor") });

/**
 * A browser that keeps downloads to itself: the system's own save dialog cannot be answered by a
 * test.
 */
test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, "showSaveFilePicker");
  });
});

const verifyFile = (...args: string[]): Promise<RunResult> =>
  run(process.execPath, [join(findRepoRoot(), "tools/scripts/chancery.mjs"), "verify", ...args], {
    env: { ...process.env, CHANCERY_DATA: "" },
  });
const level = /Signed by the log only|Witnessed by \d+ of \d+/;
const entries = (page: Page) => page.getByRole("table", { name: "Entries" });
const proof = (page: Page) => page.getByRole("list", { name: "Steps of the verification" });

async function issue(name = `tail-${Date.now()}.example.com`): Promise<Certificate> {
  const { pem } = await createCsr([name]);
  const { status, body } = await adminApi().post<Certificate>("/certificates", {
    profile: "tls-server",
    identity: await createIdentity(adminApi(), "tail"),
    csr: pem,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

test("a refusal is found by its address, opened, verified in the browser, exported with its filter, and the export verified on the command line", async ({
  page,
}) => {
  expect((await apiAt(chancery.http, "chy_this-is-no-token").get("/certificates")).status).toBe(
    401,
  );
  await page.goto("/audit");
  await expect(page.getByRole("region", { name: "Audit log status" })).toContainText(level);
  await expect(page.getByText(/^[\d,]+ of [\d,]+ entries indexed/)).toBeVisible();
  await page.getByRole("button", { name: "More filters" }).click();
  const dialog = page.getByRole("dialog", { name: "Filter entries" });
  await dialog.getByRole("textbox", { name: "Address" }).fill("127.0.0.0/8");
  await dialog.getByRole("button", { name: "Apply filters" }).click();
  await expect(page).toHaveURL(/ip=127/);
  await page.getByRole("link", { name: "Denied", exact: true }).click();
  await expect(page).toHaveURL(/ip=127.*outcome=denied/);
  await entries(page).getByRole("link").first().click();
  await expect(page.getByRole("heading", { name: /^Entry \d+$/ })).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: level })).toBeVisible();
  await expect(proof(page)).toContainText("Verified: SHA-256 of a zero byte");
  await expect(proof(page)).toContainText(
    /Verified: \d+ hash(es)? leads? from this entry to the root/,
  );
  await expect(proof(page)).toContainText("Verified: The log’s Ed25519 key signed this root");
  await expect(proof(page)).not.toContainText("Failed:");
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Proof file" }).click(),
  ]);
  const proofFile = await saveDownload(file);
  expect(readFileSync(proofFile, "utf8")).toMatch(
    /^c2sp\.org\/tlog-proof@v1\nextra [A-Za-z0-9+/]+=*\nindex \d+\n/,
  );
  await page.goBack();

  const { file: lines, command, key } = await exportAs(page, "JSON Lines");
  expect(command).toContain("npx chancery verify chancery-log-");
  expect(command).toContain(" --partial ");
  expect((await verifyFile(lines, "--key", key)).code, "not every entry is in the file").toBe(3);
  const verified = await verifyFile(lines, "--partial", "--key", key);
  expect(verified.code, verified.all).toBe(0);
  const proven = await verifyFile(proofFile, "--key", key);
  expect(proven.code, proven.all).toBe(0);
  const text = readFileSync(lines, "utf8");
  expect(text).toContain('"outcome":"denied"');
  expect(text).not.toContain('"outcome":"success"');
  const changed = tempPath(".jsonl");
  const word = '"outcome":"denied"';
  for (const at of [text.indexOf(word), text.lastIndexOf(word)]) {
    const end = at + word.length;
    writeFileSync(changed, `${text.slice(0, at)}"outcome":"failed"${text.slice(end)}`);
    expect(
      (await verifyFile(changed, "--partial", "--key", key)).code,
      "one word of the filter or of one entry is changed",
    ).toBe(1);
  }
});

test("a spreadsheet of the filter verifies with the proof that comes with it, and not without one of its rows", async ({
  page,
}) => {
  await page.goto("/audit?outcome=denied");
  const { file: csv, proof: companion, key } = await exportAs(page, "CSV");
  const verified = await verifyFile(csv, "--proof", companion, "--partial", "--key", key);
  expect(verified.code, verified.all).toBe(0);
  const rows = readFileSync(csv, "utf8").split("\r\n"),
    shorter = tempPath(".csv");
  writeFileSync(shorter, [...rows.slice(0, 1), ...rows.slice(2)].join("\r\n"));
  expect((await verifyFile(shorter, "--proof", companion, "--partial", "--key", key)).code).toBe(1);
});

test("an export can be canceled, and then nothing is saved", async ({ page }) => {
  await page.goto("/audit");
  let saved = 0;
  page.on("download", () => {
    saved += 1;
  });
  await page.route(
    "**/audit/export?*",
    (route) =>
      new Promise<void>((done) => {
        page.once("close", () => {
          done();
        });
        void route
          .request()
          .response()
          .catch(() => null)
          .then(() => {
            done();
          });
      }),
  );
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export" });
  await dialog.getByRole("button", { name: "Export", exact: true }).click();
  await dialog.getByRole("button", { name: "Cancel export" }).click();
  await expect(dialog.getByText("Canceled. Nothing was saved.")).toBeVisible();
  expect(saved).toBe(0);
});

test("a certificate that is issued elsewhere appears in the open list, and waits behind a count while the user reads", async ({
  page,
}) => {
  await page.goto("/audit?action=certificate.issued");
  await page.getByRole("switch", { name: "Live" }).check();
  await expect(page.getByText("Live. New entries appear automatically.")).toBeVisible();
  const name = `live-${Date.now()}.example.com`,
    row = entries(page).getByRole("link").first();
  await issue(name);
  await expect(row).toContainText(name);
  await row.hover();
  const shown = await row.textContent();
  await issue();
  await expect(page.getByRole("button", { name: "1 new entry" })).toBeVisible();
  expect(await row.textContent(), "nothing moved under the pointer").toBe(shown);
  await page.getByRole("button", { name: "1 new entry" }).click();
  await expect(row).not.toHaveText(shown ?? "");
  await expect(page.getByRole("button", { name: "1 new entry" })).toBeHidden();
});

test("a browser that remembers another history shows the contradiction in red and keeps what it remembers", async ({
  page,
}) => {
  await page.goto("/audit/1");
  await expect(proof(page)).toContainText(
    /first time this browser sees this log|They are all still there|Nothing has changed since/,
  );
  await page.reload();
  await expect(proof(page)).toContainText(/Verified: This browser saw \d/);
  const key = await page.evaluate(
    () => Object.keys(localStorage).find((one) => one.startsWith("chancery-log ")) ?? "",
  );
  const forged = await page.evaluate((name) => {
    const kept = JSON.parse(localStorage.getItem(name) ?? "{}") as { rootHex: string };
    const text = JSON.stringify({ ...kept, rootHex: "00".repeat(32) });
    localStorage.setItem(name, text);
    return text;
  }, key);
  await page.reload();
  await expect(
    page
      .getByRole("alert")
      .filter({ hasText: "The log contradicts a checkpoint that this browser saw" }),
  ).toBeVisible();
  await expect(
    page.getByRole("status").filter({ hasText: "Contradicts an earlier checkpoint" }),
  ).toBeVisible();
  await expect(proof(page)).toContainText("Failed: This browser saw");
  expect(
    await page.evaluate((name) => localStorage.getItem(name), key),
    "the older statement is evidence",
  ).toBe(forged);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download both checkpoints" }).click(),
  ]);
  expect(
    readFileSync(await saveDownload(file), "utf8").match(/^— .+$/gm)?.length,
  ).toBeGreaterThanOrEqual(2);
  await page.goto("/audit/log");
  await expect(
    page
      .getByRole("alert")
      .filter({ hasText: "The log contradicts a checkpoint that this browser saw" }),
  ).toBeVisible();
});

test("bytes that don't match the log fail at the first step", async ({ page }) => {
  await page.route("**/audit/1", async (route) => {
    const response = await route.fetch();
    await route.fulfill({
      response,
      body: (await response.text())
        .replaceAll("setup.completed", "setup.complexed")
        .replaceAll("system.started", "system.stopped")
        .replaceAll("log.opened", "log.closed"),
    });
  });
  await page.goto("/audit/1");
  await expect(
    page.getByRole("status").filter({ hasText: "Bytes don’t match the log" }),
  ).toBeVisible();
  await expect(proof(page)).toContainText("Failed: These bytes have a different hash");
});

test("nothing moves while the browser verifies", async ({ page }) => {
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 2400 });
    await page.goto("/audit/4");
    await expect(page.getByRole("status").filter({ hasText: level })).toBeVisible();
    const moved = await page.evaluate(
      () =>
        new Promise<number>((done) => {
          new PerformanceObserver((list) => {
            done(
              list
                .getEntries()
                .reduce(
                  (sum, entry) => sum + (entry as PerformanceEntry & { value: number }).value,
                  0,
                ),
            );
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => {
            done(0);
          }, 500);
        }),
    );
    expect(moved, `${width} pixels wide`).toBeLessThan(0.02);
  }
});

test("the path to the root is a diagram with a table, reachable by keyboard", async ({ page }) => {
  await page.goto("/audit/2");
  await expect(page.getByRole("list", { name: "From the root to the entry" })).toContainText(
    "Root",
  );
  const toggle = page.getByRole("button", { name: "Show as table" });
  await toggle.focus();
  await page.keyboard.press("Enter");
  await expect(
    page.getByRole("region", { name: "Path to the root" }).getByRole("row"),
  ).not.toHaveCount(1);
});

test("every step of a certificate's chain of custody is verified with one button", async ({
  page,
}) => {
  const { id } = await issue();
  await page.goto(`/certificates/${id}`);
  await expect(page.getByRole("list", { name: "Chain of custody" })).toContainText(
    /in checkpoint \d+|not in a checkpoint yet/,
  );
  await page.getByRole("button", { name: /^Verify all \d+ steps in this browser$/ }).click();
  await expect(
    page.getByText(/^Verified: \d+ (signed by the log only|witnessed)\.$/),
  ).toBeVisible();
  await expect(page.getByRole("list", { name: "Chain of custody" })).toContainText(level);
});

test("the whole log is verified from its page, with each check's figures", async ({ page }) => {
  await page.goto("/audit/log");
  expect(await page.getByRole("region", { name: "Checkpoint", exact: true }).innerText()).toMatch(
    /\n\d+\n[A-Za-z0-9+/]{43}=\n\n— /,
  );
  await page.getByRole("button", { name: "Verify now" }).click();
  const table = page.getByRole("table", { name: "Checks" });
  await expect(table).toContainText("Leaf hashes", { timeout: 120_000 });
  await expect(table).not.toContainText(/\d problem/);
  await expect(page.getByText(/no problems in [\d,]+ entries, in/)).toBeVisible();
});

test("the palette leads to the log's pages, and users who may not read the log see nothing of it", async ({
  page,
  browser,
}) => {
  await page.goto("/");
  await openPalette(page);
  await page.keyboard.type("tamper");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Tamper drill", level: 1 })).toBeVisible();
  const context = await browser.newContext({
    baseURL: chancery.http,
    storageState: stateOf("operator"),
  });
  const operator = await context.newPage();
  await operator.goto("/");
  await expect(operator.getByRole("link", { name: "Certificates" }).first()).toBeVisible();
  await expect(operator.getByRole("link", { name: "Log & proofs" })).toHaveCount(0);
  expect((await operator.request.get("/audit/log/alarms")).status()).toBe(403);
  await context.close();
});
