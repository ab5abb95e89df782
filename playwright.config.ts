import { defineConfig } from "@playwright/test";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// The global set-up starts one Chancery on free ports and leaves its addresses in the environment, which the workers
// inherit: CHANCERY_E2E_HTTP, _HTTPS, _MTLS, _SETUP (the one-time link) and _DATA.
export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env.CI === "true",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  globalSetup: "./server/supervise/testing/playwright-global-setup.ts",
  reporter: "list",
  // The first project sets it up in the browser and signs everybody in; the others begin where it ended.
  projects: [
    { name: "first", testMatch: /.*\.setup\.ts/ },
    { name: "journeys", testMatch: /.*\.spec\.ts/, dependencies: ["first"] },
  ],
  use: {
    baseURL: process.env.CHANCERY_E2E_HTTP ?? "",
    ignoreHTTPSErrors: true,
    actionTimeout: 15_000,
    locale: "en-GB",
    contextOptions: { reducedMotion: "reduce" },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags },
  },
});
