import { rmSync } from "node:fs";
import { join } from "node:path";
import {
  makePlace,
  startChanceryAt,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";
import { adminApi, startReady, until } from "@/e2e/system/harness";
import { createIdentity } from "@/e2e/support/api";
import { runOrThrow } from "@/e2e/support/run";
import { takePicture } from "@/e2e/support/picture";
import {
  findAxeViolations,
  expect,
  waitForAnimations,
  horizontalOverflow,
  test,
} from "@/e2e/support/test";
import { signIn } from "@/e2e/support/world";

/** With owners and modes: PostgreSQL reads no folder that is not its own. */
const copy = (from: string, to: string): Promise<string> => runOrThrow("cp", ["-a", from, to]);

/** What `startReady` sets its Chancery up with. */
const admin = { email: "admin@example.com", secret: "a long password" };

test("yesterday's database is restored: every page warns, the log's page explains it in figures, and an administrator opens a continuation", async ({
  browser,
}) => {
  test.setTimeout(600_000);
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
    for (const name of ["lost-1", "lost-2", "lost-3"]) await createIdentity(api, name);
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
    await expect(page.getByRole("region", { name: "Audit log problems" })).toContainText(
      "The audit log is halted. Certificates can only be revoked or put on hold.",
    );
    await page
      .getByRole("region", { name: "Audit log problems" })
      .getByRole("link", { name: "Log & proofs" })
      .first()
      .click();
    await expect(page.getByText("The audit log is halted.", { exact: true })).toBeVisible();
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
      await waitForAnimations(page);
      expect
        .soft(
          await findAxeViolations(page, colorScheme === "dark" ? "contrast" : "all"),
          colorScheme,
        )
        .toEqual([]);
      await takePicture(page, `log-halted-${colorScheme}`, true);
    }
    await expect.poll(() => horizontalOverflow(page)).toBeLessThanOrEqual(0);

    await page.getByRole("button", { name: "Open continuation" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Open a continuation of the audit log?" });
    await expect(dialog).toContainText(`${from} to ${to} will be used again in the new log.`);
    const open = dialog.getByRole("button", { name: "Open continuation" });
    await open.click({ force: true });
    await expect(dialog, "nothing happens before the word is typed").toBeVisible();
    await dialog
      .getByRole("textbox", { name: /^Comment/ })
      .fill("The server was restored from a backup.");
    await dialog.getByRole("textbox", { name: /continue/ }).fill("continue");
    await takePicture(page, "log-continue");
    await open.click();
    await expect(page.getByText("Continuation opened.")).toBeVisible();
    await expect(page.getByText("Logs in the chain")).toBeVisible();
    await expect(page.getByText("The audit log is halted.", { exact: true })).toHaveCount(0);
    await page.goto("/");
    await expect(page.getByRole("region", { name: "Audit log problems" })).toHaveCount(0);
    await page.goto("/audit?action=log.continued");
    await page.getByRole("table", { name: "Entries" }).getByRole("link").first().click();
    await expect(
      page.getByRole("status").filter({ hasText: "Signed by the log only" }),
    ).toBeVisible();
    await context.close();
  } finally {
    await chancery?.stop();
    rmSync(backup, { recursive: true, force: true });
    rmSync(place.dataFolder, { recursive: true, force: true });
  }
});
