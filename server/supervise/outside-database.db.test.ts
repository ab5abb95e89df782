import { mkdtempSync, existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeTestDatabase, type TestDatabase } from "@/lib/db/testing/test-database";
import { readSchemaState } from "@/lib/db/schema-state";
import { findRepoRoot } from "@/lib/runtime-root";
import { migrate, requireCurrentSchema, runPrisma } from "./migrate";
import { runStandIn } from "./testing/run-stand-in";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
const root = findRepoRoot();
let database: TestDatabase,
  data = "";

beforeEach(async () => {
  database = await makeTestDatabase();
  data = mkdtempSync(join(tmpdir(), "chancery-outside-"));
});
afterEach(async () => {
  await database.drop();
  rmSync(data, { recursive: true, force: true });
});

async function asOwner(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

test("with DATABASE_URL no PostgreSQL of our own is made, and a current schema needs no owner", async () => {
  const one = runStandIn(data, { DATABASE_URL: database.appUrl });
  await one.says(/Chancery is running/);
  one.signal("SIGTERM");
  expect(await one.exited).toBe(0);
  expect(existsSync(join(data, "pg"))).toBe(false);
  expect(one.output()).toContain("your own server (DATABASE_URL)");
});

test("an address that nobody can use is said with its variable, without its password", async () => {
  const wrong = new URL(database.appUrl);
  wrong.password = "not-the-password";
  const one = runStandIn(data, { DATABASE_URL: wrong.href });
  expect(await one.exited).toBe(1);
  expect(one.output()).toMatch(/DATABASE_URL names cannot be used: password authentication failed/);
  expect(one.output()).not.toContain("not-the-password");
});

test("a schema that lacks a migration is refused without the owner's address, and migrated with it", async () => {
  await asOwner("DROP TABLE idempotency_key; DELETE FROM _prisma_migrations");
  await expect(requireCurrentSchema(root, database.appUrl)).rejects.toThrow(
    /lacks \d+ migration\(s\).*DATABASE_OWNER_URL/,
  );
  await asOwner(
    `do $$ declare name text; begin for name in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop execute format('drop schema %I cascade', name); end loop; end $$; create schema public`,
  );
  expect(await migrate(root, database.ownerUrl, "chancery_app")).toBeGreaterThan(0);
  await requireCurrentSchema(root, database.appUrl);
  expect(await migrate(root, database.ownerUrl, "chancery_app")).toBe(0);
});

test("a schema of a newer version is refused by name, with and without the owner", async () => {
  await asOwner(
    "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ('x', 'x', '29990101000000_future', now(), 1)",
  );
  await expect(requireCurrentSchema(root, database.appUrl)).rejects.toThrow(
    /newer Chancery \(29990101000000_future\)/,
  );
  await expect(migrate(root, database.ownerUrl, "chancery_app")).rejects.toThrow(/newer Chancery/);
});

test("a migration that failed half-way counts as pending, never as applied", async () => {
  await asOwner(
    "UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)",
  );
  const { pending, failed } = await readSchemaState(root, database.appUrl);
  expect(failed).toHaveLength(1);
  expect(pending).toEqual(failed);
  await expect(migrate(root, database.ownerUrl, "chancery_app")).rejects.toThrow(
    /P3009|failed migrations/,
  );
});

test("the migrations and the schema of the client describe the same tables", async () => {
  const printed = await runPrisma(
    root,
    [
      "migrate",
      "diff",
      "--from-config-datasource",
      "--to-schema",
      "prisma/schema.prisma",
      "--script",
    ],
    database.ownerUrl,
  );
  expect(printed.split("\n").filter((line) => /^(CREATE|ALTER|DROP)/.test(line))).toEqual([]);
});
