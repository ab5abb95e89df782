import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBrowser } from "./outside-tools.mjs";
import { prepareBundles, preparePages } from "./prepare.mjs";
import { root } from "./root.mjs";
import { bin, toolEnvironment } from "./run.mjs";
import {
  countPlaywright,
  countVitest,
  failuresOfPlaywright,
  failuresOfVitest,
  skippedTests,
} from "./test-reports.mjs";

const one = (good, output = "") => ({
  passed: good ? 1 : 0,
  failed: good ? 0 : 1,
  skipped: 0,
  output: good ? "" : output,
});

/** Runs a script with nothing on its input; resolves with its output and whether it succeeded. */
function capture(script, args, env = toolEnvironment()) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: root,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const pieces = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (piece) => pieces.push(piece));
    const end = (good, more = "") => done({ good, output: Buffer.concat(pieces) + more });
    child.once("error", (error) => end(false, error.message));
    child.once("close", (code) => end(code === 0));
  });
}

async function withReport(work) {
  const folder = mkdtempSync(join(tmpdir(), "chancery-report-"));
  const path = join(folder, "report.json");
  const read = () => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null);
  try {
    return await work(path, read);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A run of vitest: its whole output where a test failed, otherwise what it skipped. */
function runVitest(args, environment = {}) {
  return withReport(async (path, read) => {
    const { good, output } = await capture(
      bin("vitest"),
      ["run", ...args, "--reporter=default", "--reporter=json", `--outputFile.json=${path}`],
      toolEnvironment(environment),
    );
    const report = read();
    const result = report ? countVitest(report, good) : one(false);
    const failures = report ? failuresOfVitest(report) : [];
    return { ...result, failures, output: result.failed > 0 ? output : skippedTests(report) };
  });
}

const projects = (...names) => names.flatMap((name) => ["--project", name]);

const runSystem = (name) => runVitest(["--config", "vitest.system.config.ts", ...projects(name)]);

/**
 * Without the long runs, the journeys that each area has at least one of (playwright.config.ts). With
 * them all, and axe looks at every page and dialog that one comes to (e2e/support/look.ts).
 */
async function runJourneys({ isLong }) {
  const browser = findBrowser();
  if (!browser) {
    const output = "No Chromium: the journeys in e2e/ cannot run. Set CHROMIUM to its path.\n";
    return process.env.CI ? one(false, output) : { passed: 0, failed: 0, skipped: 1, output };
  }
  return withReport(async (path, read) => {
    const { good, output } = await capture(
      bin("playwright"),
      ["test", "--reporter=list,json"],
      toolEnvironment({
        CHROMIUM: browser,
        CHANCERY_AXE: isLong ? "1" : "",
        CHANCERY_JOURNEYS: isLong ? "all" : "usual",
        CHANCERY_PICTURES: process.env.CHANCERY_PICTURES ?? "",
        PLAYWRIGHT_JSON_OUTPUT_NAME: path,
        PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1",
      }),
    );
    const report = read();
    const result = report ? countPlaywright(report, good) : one(false);
    const failures = report ? failuresOfPlaywright(report) : [];
    return { ...result, failures, output: result.failed > 0 ? output : "" };
  });
}

/** Runs scripts one after another until one fails. Their output is kept where one failed. */
async function runScripts(...scripts) {
  let output = "";
  for (const [script, ...args] of scripts) {
    const result = await capture(script, args);
    output += result.output;
    if (!result.good) return one(false, output);
  }
  return { ...one(true), printed: output };
}

/**
 * A part's `run` resolves with { passed, failed, skipped, failures, output }. It starts when the
 * parts in `after` and `needs` have ended, as far as they are chosen; if one in `needs` failed, it
 * fails too.
 */
export const parts = {
  format: { run: () => runScripts([bin("oxfmt"), "--check"]) },
  lint: { run: () => runScripts([bin("oxlint"), "--type-aware", "--deny-warnings"]) },
  // Next writes the types of routes and of style sheets; on a fresh clone they do not exist yet.
  types: { run: () => runScripts([bin("next"), "typegen"], [bin("tsc"), "--noEmit"]) },
  "dead code": { run: () => runScripts([bin("knip")]) },
  words: { run: () => runScripts(["tools/lint/copy-words.mjs"]) },
  structure: {
    run: async () => {
      const { printed, ...result } = await runScripts(["tools/scripts/structure.mjs"]);
      return { ...result, output: printed ?? result.output };
    },
  },

  // After the build, so that the parts that wait for processes run while it computes.
  unit: { after: ["build"], run: () => runVitest(projects("unit", "db", "mocked")) },

  // Next writes its types in the same folder as `types` does.
  build: {
    after: ["types"],
    run: async () => {
      await prepareBundles();
      await preparePages();
      return one(true);
    },
  },

  // Whole installations with their real processes.
  system: { needs: ["build"], after: ["unit"], run: () => runSystem("system") },

  browser: { needs: ["build"], after: ["unit"], run: runJourneys },

  // These mostly wait: for processes to start again, for leases to end, for one database.
  kills: { needs: ["build"], after: ["system", "browser"], run: () => runSystem("kills") },
  nodes: { needs: ["build"], after: ["system", "browser"], run: () => runSystem("nodes") },
  index: { needs: ["build"], after: ["system", "browser"], run: () => runSystem("index") },
  faults: { after: ["unit", "system"], run: () => runVitest(projects("faults")) },
  scale: { after: ["unit", "browser", "index"], run: () => runSystem("scale") },
  // Its clients report under kills, and need some of the processor for that.
  clients: { needs: ["build"], after: ["browser", "nodes"], run: () => runSystem("clients") },
  "outside clients": {
    after: ["unit", "browser"],
    run: () => runVitest(projects("outside-clients")),
  },
  hostile: {
    after: ["unit", "browser"],
    run: () =>
      runVitest(["server/gateway/hostile-entries.db.test.ts"], {
        CHANCERY_HOSTILE_ENTRIES: "10000",
      }),
  },
};

/** What `npm run check` runs: what is quick enough before each commit. */
export const checkParts = ["format", "lint", "types", "dead code", "words", "structure"];
/** What `npm test` runs without a name. */
export const usualParts = [...checkParts, "unit", "build", "browser"];
/** What `npm run test:long` runs after the build. */
export const longParts = [
  "system",
  "faults",
  "kills",
  "nodes",
  "index",
  "scale",
  "clients",
  "outside clients",
  "hostile",
];
