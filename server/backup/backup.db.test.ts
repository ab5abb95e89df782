import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { listMigrations } from "@/lib/db/schema-state";
import { verifyLog } from "@/lib/log/live/verify-log";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { appRole } from "@/server/supervise/postgres/roles";
import { createEmptyDatabase } from "@/testing/backup";
import type { TestDatabase } from "@/testing/database/test-database";
import { openPublishingLog, type PublishingLog } from "@/testing/log/publish/pipeline-fixture";
import { backUp } from "./back-up";
import { checkBackup } from "./check-backup";
import { loadDatabase } from "./load-database";
import { readNotes } from "./memory";
import { makeFolderSink } from "./sinks";

const root = findRepoRoot();
const place = mkdtempSync(join(tmpdir(), "chancery-backup-test-"));
let fixture: PublishingLog;
let empty: TestDatabase;

beforeAll(async () => {
  fixture = await openPublishingLog({ template: "ca" });
  empty = await createEmptyDatabase(fixture.harness.urls);
  fixture.start();
});
afterAll(async () => {
  await fixture.close();
  await empty.drop();
  rmSync(place, { recursive: true, force: true });
});

test("a backup that is made while entries are written and published is of one moment: it verifies whole once it is loaded", async () => {
  await fixture.write(600);
  await fixture.published();
  let writing = true;
  const writer = (async () => {
    while (writing) await fixture.write(20);
  })();
  const folder = join(place, "first");
  const { manifest } = await backUp(
    {
      databaseUrl: fixture.harness.urls.superUrl,
      signerFolder: fixture.harness.witnessDir,
      keys: "sealed",
      now: new Date(),
    },
    makeFolderSink(folder),
  );
  await fixture.write(50);
  writing = false;
  await writer;
  const backup = await checkBackup(folder, listMigrations(root));
  await loadDatabase({ root, ownerUrl: empty.ownerUrl, appRole, backup, halt: async () => null });
  const db = openDatabase(empty.appUrl, { max: 4 });
  try {
    const report = await verifyLog({
      db,
      signer: { rememberedAll: async () => readNotes(join(folder, "memory")) },
    });
    expect(report.checks.flatMap(({ problems }) => problems)).toEqual([]);
    expect(report).toMatchObject({ ok: true, size: manifest.log?.entries });
    expect(report.size).toBeGreaterThan(500);
  } finally {
    await closeDatabase(db);
  }
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const stats = statSync(join(folder, name));
    expect([name, stats.mode & 0o777]).toEqual([name, stats.isDirectory() ? 0o700 : 0o600]);
  }
});
