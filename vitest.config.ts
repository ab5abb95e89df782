import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

// Results count on the Node.js that Chancery runs on (decision 15).
if (!process.version.startsWith("v24."))
  throw new Error(`Tests run on Node.js 24; this is ${process.version}. Use: npm run unit -- FILE`);

const folders = ["app", "cli", "clients", "components", "lib", "server", "testing", "tools"];
const filesNamed = (suffix: string) => folders.map((folder) => `${folder}/**/*${suffix}`);

const database = filesNamed(".db.test.ts");
const interop = filesNamed(".interop.test.ts");
// Unmodified clients of other makers enroll, renew and revoke, each through many processes.
const outsideClients = ["acme", "est", "compat"].map(
  (surface) => `server/${surface}/**/*.interop.test.ts`,
);
const mocked = filesNamed(".mocked.test.ts");
// Each takes a process, a store or the clock away, repeats a race, or tries every column or statement
// one by one, and waits for what follows.
const faults = [
  "cli/log.db.test.ts",
  "clients/shell/chancery-event.test.ts",
  "clients/typescript/chancery-events.test.ts",
  "lib/keys/make-jks.interop.test.ts",
  "lib/log/cosign/witnessed.db.test.ts",
  "lib/log/live/verify-log.db.test.ts",
  "lib/log/publish/leader.db.test.ts",
  "lib/log/reconcile/every-column.db.test.ts",
  "lib/log/search/tail-entries.db.test.ts",
  "lib/log/segments/exact.db.test.ts",
  "lib/maintenance/leadership.db.test.ts",
  "lib/names/name-races.db.test.ts",
  "server/api/every-statement.db.test.ts",
  "server/api/full-disk.db.test.ts",
  "server/authorize/store-away.db.test.ts",
  "server/backup/restore.db.test.ts",
  "server/demo/demo.db.test.ts",
  "server/gateway/database-away.db.test.ts",
  "server/gateway/stalled-readers.db.test.ts",
  "server/gateway/starved.db.test.ts",
  "server/gateway/unknown-callers.db.test.ts",
  "server/jobs/drills.db.test.ts",
  "server/signer/restore*.db.test.ts",
  "server/supervise/outside-database.db.test.ts",
  "server/supervise/supervise.test.ts",
  "tools/scripts/lib/node-runtime.test.ts",
];

/**
 * Without isolation the files of a worker share what they import: loading it again for each file
 * cost more than the tests themselves. A file that replaces modules (vi.mock) is named
 * *.mocked.test.ts and has a process to itself.
 */
const projects: TestProjectInlineConfiguration[] = [
  project("unit", filesNamed(".test.ts"), {
    exclude: [...database, ...interop, ...mocked, ...faults],
    pool: "threads",
    isolate: false,
  }),
  project("db", [...database, ...interop], {
    exclude: [...outsideClients, ...faults],
    pool: "forks",
    isolate: false,
    // With more room for what is soon garbage, less of the processor time goes into collecting it.
    execArgv: ["--max-semi-space-size=64"],
  }),
  project("mocked", mocked, { pool: "forks", isolate: true }),
  // Parts of the long runs (tools/scripts/lib/test-parts.mjs).
  project("faults", faults, { pool: "forks", isolate: false }),
  project("outside-clients", outsideClients, { pool: "forks", isolate: false }),
];

export default defineConfig({ test: { projects, maxWorkers: 4 } });

function project(
  name: string,
  include: string[],
  options: TestProjectInlineConfiguration["test"],
): TestProjectInlineConfiguration {
  return {
    resolve: { alias: { "@": import.meta.dirname } },
    test: {
      name,
      environment: "node",
      include,
      globalSetup: ["testing/vitest-global-setup.ts"],
      // Far beyond what any takes: a machine that is busy besides is no reason to fail.
      hookTimeout: 300_000,
      testTimeout: 300_000,
      expect: { poll: { timeout: 60_000, interval: 20 } },
      ...options,
    },
  };
}
