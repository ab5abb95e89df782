import { defineConfig } from "@playwright/test";
import { sharedFolder, type WorkerOptions } from "./testing/playwright-workers";
import { keepTemporaryFilesInMemory } from "./testing/temporary-folder";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// What pages look like is a part of the long runs (tools/scripts/lib/test-parts.mjs): axe takes
// seconds for each state of a page.
const appearance = /(pages|long-texts)\.spec\.ts/;
const withAppearance = [process.env.CHANCERY_AXE, process.env.CHANCERY_PICTURES].includes("1");

// Parts of the long runs as well: what starts a Chancery several times, does something to hundreds of
// certificates, waits for outside tools, or looks more closely at what another journey has shown.
const long = new RegExp(
  `/(${[
    "alert-answers",
    "api-call",
    "bulk-actions",
    "bulk-identities",
    "bulk-issue",
    "bulk-rotation",
    "ca-permissions",
    "certificate-usage",
    "clicks",
    "counted-refusals",
    "delivery",
    "drill",
    "enrollment-secrets",
    "finding",
    "keys",
    "keys-kept",
    "log-halt",
    "log-pages",
    "name-conflicts",
    "name-import",
    "names",
    "proxies",
    "reports",
    "server-keys",
    "settings",
    "table-view",
    "token-lineage",
  ].join("|")})\\.spec\\.ts$`,
);
const withoutLong = process.env.CHANCERY_JOURNEYS === "usual" ? [long] : [];

// Workers inherit both.
keepTemporaryFilesInMemory();
sharedFolder();

export default defineConfig<object, WorkerOptions>({
  testDir: "e2e",
  outputDir: "test-results",
  // Each worker has a Chancery that no other uses (e2e/support/test.ts). A third uses what two leave
  // of two cores while they wait.
  workers: 3,
  fullyParallel: false,
  forbidOnly: process.env.CI === "true",
  // A test that fails is run once more with a trace, and has failed even if it passes then.
  retries: 1,
  // Far beyond what a step takes: a machine that is busy besides is no reason to fail.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  globalTeardown: "./testing/playwright-global-teardown.ts",
  reporter: "list",
  projects: [
    // Sets one up in the browser and signs everybody in; the others begin where it ended.
    { name: "first", testMatch: /.*\.setup\.ts/, use: { startFrom: "empty" } },
    // Start and end a Chancery several times, so they need none.
    {
      name: "halt",
      testMatch: /(log-halt|name-conflicts)\.spec\.ts/,
      testIgnore: withoutLong,
      use: { startFrom: "nothing" },
    },
    {
      name: "drill",
      testMatch: /drill\.spec\.ts/,
      testIgnore: withoutLong,
      dependencies: ["first"],
    },
    {
      name: "journeys",
      testMatch: /.*\.spec\.ts/,
      testIgnore: [/(drill|log-halt|name-conflicts)\.spec\.ts/, appearance, ...withoutLong],
      dependencies: ["first"],
    },
    ...(withAppearance
      ? [{ name: "appearance", testMatch: appearance, dependencies: ["first"] }]
      : []),
  ],
  use: {
    ignoreHTTPSErrors: true,
    // A new context loads and compiles every script again, a third of a second for each test. State,
    // pages and routes are reset all the same.
    reuseContext: true,
    actionTimeout: 60_000,
    locale: "en-GB",
    contextOptions: { reducedMotion: "reduce" },
    screenshot: "only-on-failure",
    trace: "on-first-retry",
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags },
  },
});
