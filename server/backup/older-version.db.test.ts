import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listMigrations } from "@/lib/db/schema-state";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { system } from "@/testing/actors";
import { createEmptyDatabase } from "@/testing/backup";
import { createTestDatabase, type TestDatabase } from "@/testing/database/test-database";
import { backUp } from "./back-up";
import { migrationsTable } from "./load-database";
import { restoreBackup } from "./restore";
import { makeFolderSink } from "./sinks";

const root = findRepoRoot();
const place = mkdtempSync(join(tmpdir(), "chancery-older-test-"));
const older = listMigrations(root).slice(0, -3);
let next: TestDatabase, database: TestDatabase;

/** A database as an earlier version of Chancery left it. */
beforeAll(async () => {
  next = await createTestDatabase();
  database = await createEmptyDatabase(next);
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  await client.query(migrationsTable);
  for (const name of older) {
    const sql = readFileSync(join(root, "prisma/migrations", name, "migration.sql"), "utf8");
    await client.query(sql);
    await client.query(
      "insert into public._prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count) values ($1, $2, now(), $3, 1)",
      [randomUUID(), createHash("sha256").update(sql).digest("hex"), name],
    );
  }
  await client.end();
});
afterAll(async () => {
  await database.drop();
  await next.drop();
  rmSync(place, { recursive: true, force: true });
});

test("a backup of an earlier version is restored with its own tables, migrated, and verified as this version's", async () => {
  const folder = join(place, "backup");
  const { manifest } = await backUp(
    {
      databaseUrl: database.superUrl,
      signerFolder: join(place, "witness"),
      keys: "sealed",
      now: new Date(),
    },
    makeFolderSink(folder),
  );
  expect(manifest.migrations).toEqual(older);
  const restored = await restoreBackup({
    root,
    folder,
    dataFolder: join(place, "data"),
    settings: { CHANCERY_KEK: randomBytes(32).toString("base64") },
    withProblems: false,
    actor: system,
    clock: { now: () => new Date() },
    random: { bytes: (n) => new Uint8Array(randomBytes(n)) },
    onProgress: () => {},
  });
  expect(restored).toMatchObject({ memory: { state: "no-log" }, filled: { problems: [] } });
});
