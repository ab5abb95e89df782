import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  makePlace,
  startChanceryAt,
  type ThrowawayChancery,
} from "@/server/supervise/testing/throwaway-chancery";
import { adminApi, startReady, until } from "./system/stand";
import { makeIdentity } from "./support/api";
import { mustRun } from "./support/run";
import { axe, expect, settled, sidewaysScroll, test } from "./support/test";
import { signIn } from "./support/world";

/** With owners and modes: PostgreSQL reads no folder that is not its own. */
const copy = (from: string, to: string): Promise<string> => mustRun("cp", ["-a", from, to]);

/** What `startReady` sets its Chancery up with. */
const admin = { email: "admin@example.com", secret: "a long passphrase" };

test("yesterday's database is restored: every page says so, the log's page explains it in figures, and an administrator opens a continuation", async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const place = await makePlace(),
    data = join(place.dataFolder, "pg"),
    backup = `${place.dataFolder}-backup`,
    logFile = join(place.dataFolder, "said.log");
  let chancery: ThrowawayChancery | null = null;
  try {
    chancery = await startReady(place, logFile);
    await chancery.stop();
    await copy(data, backup);
    chancery = await startReady(place, logFile);
    const api = await adminApi(chancery),
      sizeOf = async () =>
        (await api.get<{ checkpoint: { size: number } }>("/audit/log")).body.checkpoint.size;
    for (const name of ["lost-1", "lost-2", "lost-3"]) await makeIdentity(api, name);
    const signed = await until(async () => {
      const size = await sizeOf();
      return size > 20 ? size : null;
    });
    await chancery.stop();
    rmSync(data, { recursive: true });
    await copy(backup, data);
    chancery = await startChanceryAt(
      place,
      {
        CHANCERY_ADMIN_EMAIL: admin.email,
        CHANCERY_ADMIN_PASSWORD: admin.secret,
        CHANCERY_ORGANIZATION: "Example",
      },
      logFile,
    );

    const context = await browser.newContext({
        baseURL: chancery.httpUrl,
        storageState: { cookies: [], origins: [] },
      }),
      page = await context.newPage();
    await page.goto("/sign-in");
    await signIn(page, admin.email, admin.secret);
    await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
    await expect(page.getByRole("region", { name: "Alarms of the log" })).toContainText(
      "The log is halted: nothing can be issued or changed.",
    );
    await page
      .getByRole("region", { name: "Alarms of the log" })
      .getByRole("link", { name: "Log and proofs" })
      .first()
      .click();
    await expect(page.getByText("The log is halted.", { exact: true })).toBeVisible();
    const missing = await page
      .getByRole("definition")
      .filter({ hasText: /entr(y|ies): .* to|^entry/ })
      .innerText();
    const [, from = "", to = ""] = /([\d,]+) to ([\d,]+)$/.exec(missing) ?? [];
    expect(Number(to), "the last number that was signed before the restore").toBeGreaterThanOrEqual(
      signed - 1,
    );
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await settled(page);
      expect.soft(await axe(page, colorScheme === "dark"), colorScheme).toEqual([]);
      await page.screenshot({
        path: `test-results/pages/log-halted-${colorScheme}.png`,
        fullPage: true,
      });
    }
    expect.soft(await sidewaysScroll(page)).toBeLessThanOrEqual(0);

    await page.getByRole("button", { name: "Open a continuation" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Open a continuation of the log?" });
    await expect(dialog).toContainText(`${from} to ${to} will be used again, in another log.`);
    const open = dialog.getByRole("button", { name: "Open the continuation" });
    await open.click({ force: true });
    await expect(dialog, "nothing happens before the word is typed").toBeVisible();
    await dialog
      .getByRole("textbox", { name: /^Comment/ })
      .fill("The server was restored from a backup.");
    await dialog.getByRole("textbox", { name: /continue/ }).fill("continue");
    await page.screenshot({ path: "test-results/pages/log-continue.png" });
    await open.click();
    await expect(page.getByText("Continuation opened.")).toBeVisible();
    await expect(page.getByText("Logs in the chain")).toBeVisible();
    await expect(page.getByText("The log is halted.", { exact: true })).toHaveCount(0);
    await page.goto("/");
    await expect(page.getByRole("region", { name: "Alarms of the log" })).toHaveCount(0);
    await page.goto("/audit?action=log.continued");
    await page.getByRole("table", { name: "Entries" }).getByRole("link").first().click();
    await expect(
      page.getByRole("status").filter({ hasText: "Signed by the log alone" }),
    ).toBeVisible();
    await context.close();
  } finally {
    await chancery?.stop();
    rmSync(backup, { recursive: true, force: true });
    rmSync(place.dataFolder, { recursive: true, force: true });
  }
});
