import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readSchemaState } from "@/lib/db/schema-state";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { createTestDatabase, type TestDatabase } from "@/testing/database/test-database";
import { runStubbedSupervisor } from "@/testing/supervise/stubbed-supervisor";
import { migrate, requireCurrentSchema, runPrisma } from "./migrate";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
const root = findRepoRoot();
let database: TestDatabase,
  data = "";

beforeEach(async () => {
  database = await createTestDatabase();
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

test("with DATABASE_URL no built-in PostgreSQL is created, and a current schema needs no owner address", async () => {
  const one = runStubbedSupervisor(data, {
    DATABASE_URL: database.appUrl,
    DATABASE_SIGNER_URL: database.signerUrl,
  });
  await one.says(/Chancery is running/);
  one.signal("SIGTERM");
  expect(await one.exited).toBe(0);
  expect(existsSync(join(data, "pg"))).toBe(false);
  expect(one.output()).toContain("your own server (DATABASE_URL)");
});

test("without DATABASE_SIGNER_URL an own server is refused, and the message has the statements that create the role", async () => {
  const one = runStubbedSupervisor(data, {
    DATABASE_URL: database.appUrl,
    DATABASE_OWNER_URL: database.ownerUrl,
  });
  expect(await one.exited).toBe(1);
  expect(one.output()).toContain("create role chancery_signer login password 'PASSWORD';");
  expect(one.output()).toMatch(/grant connect on database "test_\w+" to chancery_signer;/);
  expect(one.output()).toContain("DATABASE_SIGNER_URL=postgresql://chancery_signer:PASSWORD@");
  expect(one.output()).not.toContain(new URL(database.appUrl).password);
});

test("a DATABASE_SIGNER_URL with the application's role, or with one that it can become, is refused", async () => {
  const own = runStubbedSupervisor(data, {
    DATABASE_URL: database.appUrl,
    DATABASE_SIGNER_URL: database.appUrl,
  });
  expect(await own.exited).toBe(1);
  expect(own.output()).toMatch(/use the same role, chancery_app/);
  const powerful = runStubbedSupervisor(data, {
    DATABASE_URL: database.superUrl,
    DATABASE_SIGNER_URL: database.signerUrl,
  });
  expect(await powerful.exited).toBe(1);
  expect(powerful.output()).toMatch(/a superuser or a member of chancery_signer/);
});

test("roles of the operator's own names serve, as members of chancery_app and chancery_signer", async () => {
  const client = new pg.Client({ connectionString: database.superUrl });
  await client.connect();
  const as = (role: string) => {
    const url = new URL(database.appUrl);
    url.username = role;
    url.password = "own-password";
    return url.href;
  };
  try {
    for (const [role, group] of [
      ["acme_app", "chancery_app"],
      ["acme_signer", "chancery_signer"],
    ])
      await client.query(`create role ${role} login password 'own-password' in role ${group}`);
    const one = runStubbedSupervisor(data, {
      DATABASE_URL: as("acme_app"),
      DATABASE_OWNER_URL: database.ownerUrl,
      DATABASE_SIGNER_URL: as("acme_signer"),
    });
    await one.says(/Chancery is running/);
    one.signal("SIGTERM");
    expect(await one.exited).toBe(0);
    // The application's role must not be able to become the signer's.
    await client.query("grant acme_signer to acme_app");
    const two = runStubbedSupervisor(data, {
      DATABASE_URL: as("acme_app"),
      DATABASE_SIGNER_URL: as("acme_signer"),
    });
    expect(await two.exited).toBe(1);
    expect(two.output()).toMatch(/a superuser or a member of acme_signer/);
  } finally {
    await client.query("drop role if exists acme_app, acme_signer");
    await client.end();
  }
});

test("a DATABASE_URL that fails to connect is reported by its variable's name, without its password", async () => {
  const wrong = new URL(database.appUrl);
  wrong.password = "not-the-password";
  const one = runStubbedSupervisor(data, { DATABASE_URL: wrong.href });
  expect(await one.exited).toBe(1);
  expect(one.output()).toMatch(
    /connect to the database in DATABASE_URL: password authentication failed/,
  );
  expect(one.output()).not.toContain("not-the-password");
});

test("a schema that lacks a migration is refused without the owner's address, and migrated with it", async () => {
  await asOwner("drop table idempotency_key; delete from _prisma_migrations");
  await expect(requireCurrentSchema(root, database.appUrl)).rejects.toThrow(
    /needs \d+ migration\(s\).*DATABASE_OWNER_URL/,
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
    /newer version of Chancery \(29990101000000_future\)/,
  );
  await expect(migrate(root, database.ownerUrl, "chancery_app")).rejects.toThrow(
    /newer version of Chancery/,
  );
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
