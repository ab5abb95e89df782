import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { findRepoRoot } from "@/lib/runtime-root";
import { apiAt, makeIdentity, type Certificate } from "./support/api";
import { exportAs, keptAs } from "./support/export-log";
import { makeRequest, scratch } from "./support/openssl";
import { run, type Ran } from "./support/run";
import { axe, expect, test } from "./support/test";
import { adminApi, chancery, stateOf } from "./support/world";

test.use({ storageState: stateOf("auditor") });

/** A browser that keeps downloads to itself: the system's own save dialog cannot be answered by a test. */
test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, "showSaveFilePicker");
  });
});

const verifyFile = (...args: string[]): Promise<Ran> =>
  run(process.execPath, [join(findRepoRoot(), "scripts/chancery.mjs"), "verify", ...args], {
    env: { ...process.env, CHANCERY_DATA: "" },
  });
const level = /Signed by the log alone|Witnessed by \d+ of \d+/;
const entries = (page: Page) => page.getByRole("table", { name: "Entries" });
const proof = (page: Page) => page.getByRole("list", { name: "Steps of the verification" });

async function issue(name = `tail-${Date.now()}.example.com`): Promise<Certificate> {
  const { pem } = await makeRequest([name]);
  const { status, body } = await adminApi().post<Certificate>("/certificates", {
    profile: "tls-server",
    identity: await makeIdentity(adminApi(), "tail"),
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
  await expect(page.getByRole("region", { name: "State of the log" })).toContainText(level);
  await expect(page.getByText(/^Indexed to [\d,]+ of [\d,]+/)).toBeVisible();
  await page.getByRole("button", { name: "More filters" }).click();
  const dialog = page.getByRole("dialog", { name: "Filter the log" });
  await dialog.getByRole("textbox", { name: "Address" }).fill("127.0.0.0/8");
  await dialog.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(/ip=127/);
  await page.getByRole("link", { name: "Denied" }).click();
  await expect(page).toHaveURL(/ip=127.*outcome=denied/);
  await entries(page).getByRole("link").first().click();
  await expect(page.getByRole("heading", { name: /^Entry \d+$/ })).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: level })).toBeVisible();
  await expect(proof(page)).toContainText("Verified: SHA-256 of a zero byte");
  await expect(proof(page)).toContainText(
    /Verified: \d+ hash(es)? leads? from this entry to the root/,
  );
  await expect(proof(page)).toContainText("Verified: The log’s Ed25519 key signed this root");
  await expect(proof(page)).not.toContainText("Does not hold");
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Proof file" }).click(),
  ]);
  const proofFile = await keptAs(file);
  expect(readFileSync(proofFile, "utf8")).toMatch(
    /^c2sp\.org\/tlog-proof@v1\nextra [A-Za-z0-9+/]+=*\nindex \d+\n/,
  );
  await page.goBack();

  const { file: lines, command, key } = await exportAs(page, "JSON Lines");
  expect(command).toContain("npx chancery verify chancery-log-");
  const verified = await verifyFile(lines, "--key", key);
  expect(verified.code, verified.all).toBe(0);
  const proven = await verifyFile(proofFile, "--key", key);
  expect(proven.code, proven.all).toBe(0);
  const text = readFileSync(lines, "utf8");
  expect(text).toContain('"outcome":"denied"');
  expect(text).not.toContain('"outcome":"success"');
  const changed = scratch(".jsonl");
  writeFileSync(changed, text.replace('"outcome":"denied"', '"outcome":"failed"'));
  expect((await verifyFile(changed, "--key", key)).code, "one word of one entry is changed").toBe(
    1,
  );
});

test("a spreadsheet of the filter verifies with the proof that comes with it, and not without one of its rows", async ({
  page,
}) => {
  await page.goto("/audit?outcome=denied");
  const { file: csv, proof: companion, key } = await exportAs(page, "CSV");
  const verified = await verifyFile(csv, "--proof", companion, "--key", key);
  expect(verified.code, verified.all).toBe(0);
  const rows = readFileSync(csv, "utf8").split("\r\n"),
    shorter = scratch(".csv");
  writeFileSync(shorter, [...rows.slice(0, 1), ...rows.slice(2)].join("\r\n"));
  expect((await verifyFile(shorter, "--proof", companion, "--key", key)).code).toBe(1);
});

test("an export can be cancelled, and then nothing is saved", async ({ page }) => {
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
  await dialog.getByRole("button", { name: "Cancel the export" }).click();
  await expect(dialog.getByText("Cancelled. Nothing was saved.")).toBeVisible();
  expect(saved).toBe(0);
});

test("a certificate that is issued elsewhere appears in the open list, and waits behind a count while somebody reads", async ({
  page,
}) => {
  await page.goto("/audit?action=certificate.issued");
  await page.getByRole("switch", { name: "Live" }).check();
  await expect(page.getByText("Listening: new entries arrive by themselves.")).toBeVisible();
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
    /sees this log for the first time|They are all still there|nothing has changed since/,
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
    page.getByRole("alert").filter({ hasText: "The log contradicts what this browser saw" }),
  ).toBeVisible();
  await expect(
    page.getByRole("status").filter({ hasText: "Contradicts what was seen" }),
  ).toBeVisible();
  await expect(proof(page)).toContainText("Does not hold: This browser saw");
  expect(
    await page.evaluate((name) => localStorage.getItem(name), key),
    "the older statement is evidence",
  ).toBe(forged);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Both checkpoints" }).click(),
  ]);
  expect(readFileSync(await keptAs(file), "utf8").match(/^— .+$/gm)?.length).toBeGreaterThanOrEqual(
    2,
  );
  await page.goto("/audit/log");
  await expect(
    page.getByRole("alert").filter({ hasText: "The log contradicts what this browser saw" }),
  ).toBeVisible();
});

test("bytes that are not what was sealed fail at the first step", async ({ page }) => {
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
    page.getByRole("status").filter({ hasText: "Its bytes are not what the log sealed" }),
  ).toBeVisible();
  await expect(proof(page)).toContainText("Does not hold: The bytes shown here have another hash");
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

test("the path to the root is a picture with its table behind, reachable by keyboard", async ({
  page,
}) => {
  await page.goto("/audit/2");
  await expect(page.getByRole("list", { name: "From the root down to the entry" })).toContainText(
    "Root",
  );
  const toggle = page.getByRole("button", { name: "Show as a table" });
  await toggle.focus();
  await page.keyboard.press("Enter");
  await expect(
    page.getByRole("region", { name: "The path to the root" }).getByRole("row"),
  ).not.toHaveCount(1);
});

test("every step of a certificate's custody is verified with one button", async ({ page }) => {
  const { id } = await issue();
  await page.goto(`/certificates/${id}`);
  await expect(page.getByRole("list", { name: "Custody" })).toContainText(
    /sealed under checkpoint \d+|not yet sealed/,
  );
  await page.getByRole("button", { name: /^Verify all \d+ steps in this browser$/ }).click();
  await expect(
    page.getByText(/^Verified here: \d+ (signed by the log alone|witnessed)\.$/),
  ).toBeVisible();
  await expect(page.getByRole("list", { name: "Custody" })).toContainText(level);
});

test("the whole log is verified from its page, with each check's figures", async ({ page }) => {
  await page.goto("/audit/log");
  expect(await page.getByRole("region", { name: "Checkpoint", exact: true }).innerText()).toMatch(
    /\n\d+\n[A-Za-z0-9+/]{43}=\n\n— /,
  );
  await page.getByRole("button", { name: "Verify the whole log now" }).click();
  const table = page.getByRole("table", { name: "Checks" });
  await expect(table).toContainText("Leaf hashes", { timeout: 30_000 });
  await expect(table).not.toContainText("problem");
  await expect(page.getByText(/nothing found in [\d,]+ entries, in/)).toBeVisible();
});

test("a tamper drill shows which control caught each attack, and its report can be taken away", async ({
  page,
}) => {
  test.setTimeout(240_000);
  await page.goto("/audit/drill");
  await page.getByRole("button", { name: "Run the drill" }).click();
  await expect(page.getByText(/^All \d+ attacks were caught\.$/)).toBeVisible({ timeout: 200_000 });
  const table = page.getByRole("table", { name: "Attacks" });
  await expect(table.getByText("Nothing", { exact: true })).toHaveCount(0);
  expect(await axe(page)).toEqual([]);
  await page.screenshot({ path: "test-results/pages/drill-done.png", fullPage: true });
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Report" }).click(),
  ]);
  const report = JSON.parse(readFileSync(await keptAs(file), "utf8")) as {
    attacks: { caughtBy: string[] }[];
  };
  expect(report.attacks.length).toBeGreaterThan(8);
  expect(report.attacks.every(({ caughtBy }) => caughtBy.length > 0)).toBe(true);
});

test("the palette leads to the log's pages, and who may not read the log sees nothing of it", async ({
  page,
  browser,
}) => {
  await page.goto("/");
  await page.keyboard.press("Control+k");
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
