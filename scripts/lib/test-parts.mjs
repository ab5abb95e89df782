import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBrowser } from "./outside-tools.mjs";
import { prepareBundles, preparePages } from "./prepare.mjs";
import { root } from "./root.mjs";
import { toolEnvironment } from "./run.mjs";

// A part returns { passed, failed, skipped }. A part that breaks before it can count has failed once.

const bin = (name) => join(root, "node_modules", ".bin", name);
const one = (good) => ({ passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0 });

/** Runs a program with its output on the terminal and nothing on its input; resolves with whether it succeeded. */
function show(command, args, env = toolEnvironment()) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", () => done(false));
    child.once("close", (code) => done(code === 0));
  });
}

async function withReport(work) {
  const folder = mkdtempSync(join(tmpdir(), "chancery-report-"));
  try {
    return await work(join(folder, "report.json"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const readReport = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null);

export const parts = {
  lint: async () => one(await show(bin("oxlint"), ["--type-aware", "--deny-warnings"])),

  types: async () => {
    // Next writes the types of routes and of style sheets; on a fresh clone they do not exist yet.
    const ready = await show(process.execPath, ["node_modules/next/dist/bin/next", "typegen"]);
    return one(ready && (await show(bin("tsc"), ["--noEmit"])));
  },

  unit: () =>
    withReport(async (path) => {
      const good = await show(bin("vitest"), [
        "run",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${path}`,
      ]);
      return countVitest(readReport(path), good);
    }),

  build: async (step) => {
    await prepareBundles(step);
    await preparePages(step);
    return one(true);
  },

  // Whole installations with their real processes; built before.
  system: () =>
    withReport(async (path) => {
      const good = await show(bin("vitest"), [
        "run",
        "--config",
        "vitest.system.config.ts",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${path}`,
      ]);
      return countVitest(readReport(path), good);
    }),

  browser: async () => {
    if (!hasJourneys()) return { passed: 0, failed: 0, skipped: 0 };
    const browser = findBrowser();
    if (!browser) {
      process.stderr.write(
        "No Chromium: the browser journeys in e2e/ cannot run. Install chromium, or set CHROMIUM to its path.\n",
      );
      return process.env.CI ? one(false) : { passed: 0, failed: 0, skipped: 1 };
    }
    return withReport(async (path) => {
      const env = toolEnvironment({
        CHROMIUM: browser,
        PLAYWRIGHT_JSON_OUTPUT_NAME: path,
        PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1",
      });
      const good = await show(bin("playwright"), ["test", "--reporter=list,json"], env);
      return countPlaywright(readReport(path), good);
    });
  },
};

function countVitest(report, good) {
  if (!report) return one(false);
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !good ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function countPlaywright(report, good) {
  if (!report) return one(false);
  const { expected, unexpected, flaky, skipped } = report.stats;
  const failed = unexpected + flaky; // what passes only sometimes has not passed
  return { passed: expected, failed: failed === 0 && !good ? 1 : failed, skipped };
}

function hasJourneys() {
  const folder = join(root, "e2e");
  return (
    existsSync(folder) &&
    readdirSync(folder, { recursive: true }).some((name) => name.endsWith(".spec.ts"))
  );
}
