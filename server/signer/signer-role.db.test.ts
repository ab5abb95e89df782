import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { createTestDatabase } from "@/testing/database/test-database";
import type { Harness } from "@/testing/harness";

let harness: Harness;
beforeAll(async () => {
  harness = await createTestCa();
  await harness.deps.signer.createLogKey("ca.example.com/log/0a1b2c3d");
});
afterAll(async () => {
  await harness.close();
});

const refused = { code: "42501" };

describe("the application's role and the signer's keys", () => {
  test("no role but the signer's and the owner's has any privilege in the schema signer", async () => {
    const rows = await harness.asSuper(`
      select r.rolname as role, c.relname as place from pg_roles r, pg_class c
        where c.relnamespace = 'signer'::regnamespace and c.relkind in ('r', 'v', 'S', 'm', 'p')
          and not r.rolsuper and r.rolname in ('chancery_app', 'public')
          and has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
      union all select 'chancery_app', 'schema' where has_schema_privilege('chancery_app', 'signer', 'USAGE, CREATE')
      union all select 'chancery_app', 'the role' where pg_has_role('chancery_app', 'chancery_signer', 'member')
      union all select grantee, table_name::text || '.' || column_name from information_schema.column_privileges
        where table_schema = 'signer' and grantee not in ('chancery_owner', 'chancery_signer')`);
    expect(rows).toEqual([]);
  });

  test("no function that the application may execute with the owner's rights returns or writes a sealed key", async () => {
    const rows = await harness.asSuper(`
      select p.oid::regprocedure::text as name, p.prosrc ~* '\\msealed\\M' as sealed from pg_proc p
        where p.prosecdef and p.prosrc ~* '\\msigner\\.' and has_function_privilege('chancery_app', p.oid, 'execute') order by 1`);
    expect(rows).toEqual([
      {
        name: "tlog.continue_log(text,text,text[],bigint,bytea)",
        sealed: false,
      },
      { name: "tlog.open_log(text,text)", sealed: false },
    ]);
  });

  test("every table that has a sealed key of the signer is in its schema", async () => {
    const rows = await harness.asSuper(
      "select table_schema::text || '.' || table_name as place from information_schema.columns where column_name = 'sealed' and data_type <> 'boolean' order by 1",
    );
    expect(rows.map(({ place }) => place)).toEqual([
      // Encrypted under a key that the gateway has: HMAC keys of enrollment, and secrets of alerts.
      "public.acme_key",
      "public.destination",
      "public.enrollment_secret",
      "signer.log_key",
      "signer.sealed_key",
    ]);
  });

  test.each([
    "select * from signer.sealed_key",
    "select sealed from signer.log_key",
    "update signer.sealed_key set sealed = '\\x00'",
    "delete from signer.sealed_key",
    "truncate signer.sealed_key",
    "insert into signer.sealed_key (key_id, sealed) values ('key_x', '\\x00')",
    "alter table signer.sealed_key disable trigger all",
    "drop schema signer cascade",
    "update signing_key set spki_der = '\\x00'",
    "update signing_key set id = 'key_other'",
    "insert into signing_key (id, algorithm, spki_der, created_at) values ('key_mine', 'ecdsa-p256', '\\x00', now())",
    "delete from signing_key",
    "set role chancery_signer",
    "alter role chancery_signer password 'mine'",
    "grant chancery_signer to chancery_app",
  ])("the application's role can't run: %s", async (sql) => {
    await expect(harness.as("app", sql)).rejects.toMatchObject(refused);
  });

  test.each(["signer", "owner", "super"] as const)(
    "no key is changed or removed by the role %s",
    async (role) => {
      for (const sql of [
        "update signer.sealed_key set sealed = '\\x00'",
        "delete from signer.sealed_key",
        "truncate signer.sealed_key cascade",
        "delete from signer.log_key",
        "update signing_key set spki_der = '\\x00'",
        "delete from signing_key",
      ])
        await expect(harness.as(role, sql), sql).rejects.toMatchObject(refused);
    },
  );

  test("the signer's role reads no password, token, session, enrollment key or secret of a destination", async () => {
    for (const table of [
      "account",
      "api_token",
      "session",
      "invitation",
      "acme_key",
      "enrollment_secret",
      "destination",
    ])
      await expect(harness.as("signer", `select * from ${table}`), table).rejects.toMatchObject(
        refused,
      );
  });

  test("the signer's role changes nothing that the application decides", async () => {
    const rows = await harness.asSuper(`
      select c.oid::regclass::text as place from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'tlog', 'custody', 'intake') and c.relkind in ('r', 'p')
          and (has_table_privilege('chancery_signer', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') or has_any_column_privilege('chancery_signer', c.oid, 'INSERT, UPDATE'))
        order by 1`);
    expect(rows.map(({ place }) => place)).toEqual(["signing_key", "tlog.inbox"]);
  });
});

describe("keys", () => {
  test("a key is committed with the entry that names it, or not at all", async () => {
    const { result, entries } = await harness.newEntries(() =>
      harness.deps.signer.createKey("ecdsa-p256"),
    );
    expect(entries).toMatchObject([
      {
        action: "key.created",
        actor: { kind: "system", id: "signer" },
        target: { kind: "key", id: result.id },
      },
    ]);
    await harness.asSuper("revoke insert on tlog.inbox from chancery_signer");
    await harness.asSuper(
      "revoke insert (entry, entry_id, target_id) on tlog.inbox from chancery_signer",
    );
    await expect(harness.deps.signer.createKey("ecdsa-p256")).rejects.toMatchObject({
      code: "record.unavailable",
    });
    await harness.asSuper(
      "grant insert (entry, entry_id, target_id) on tlog.inbox to chancery_signer",
    );
    const [counts] = await harness.asSuper(
      "select (select count(*) from signing_key)::int as public, (select count(*) from signer.sealed_key)::int as sealed",
    );
    expect(counts?.["public"]).toBe(counts?.["sealed"]);
  });

  test("a public half without an entry is refused at commit, whichever role writes it", async () => {
    for (const role of ["signer", "super"] as const)
      await expect(
        harness.as(role, "insert into signing_key values ('key_x', 'ecdsa-p256', '\\x00', now())"),
      ).rejects.toMatchObject({ constraint: "needs_entry" });
  });

  test("a log is opened or continued only with a key that the signer made for its origin", async () => {
    await expect(
      harness.as("app", "select tlog.open_log('evil.example/log/1', null)"),
    ).rejects.toThrow(/the signer has no key for the log/);
  });
});

test("an upgrade moves sealed keys out of the application's reach, and prepares the ceilings of the CAs that it finds", async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.ownerUrl });
  const superuser = new pg.Client({ connectionString: database.superUrl });
  await client.connect();
  await superuser.connect();
  try {
    await client.query(
      "do $$ declare name text; begin for name in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop execute format('drop schema %I cascade', name); end loop; end $$; create schema public",
    );
    const folder = join(findRepoRoot(), "prisma/migrations");
    const names = readdirSync(folder).filter((name) => /^\d/.test(name));
    const read = (name: string) => readFileSync(join(folder, name, "migration.sql"), "utf8");
    for (const name of names.toSorted().filter((name) => name < "20261129000100"))
      await client.query(read(name));
    const [key] = await harness.asSuper(
      "select k.*, s.sealed from signing_key k join signer.sealed_key s on s.key_id = k.id limit 1",
    );
    await superuser.query(
      "insert into signing_key (id, algorithm, spki_der, sealed, created_at) values ($1, $2, $3, $4, now())",
      [key?.["id"], key?.["algorithm"], key?.["spki_der"], key?.["sealed"]],
    );
    await superuser.query(
      `insert into tlog.log (generation, origin, vkey, public_key, sealed, start_size) values (1, 'ca.example.com/log/1', 'v', '\\x${"07".repeat(32)}', '\\x0102', 0)`,
    );
    await superuser.query(
      "insert into signing_key (id, algorithm, spki_der, sealed, created_at) values ('key_root', 'ecdsa-p256', '\\x00', '\\x00', now()), ('key_late', 'ecdsa-p256', '\\x01', '\\x01', now())",
    );
    await superuser.query("alter table authority disable trigger all");
    for (const [slug, kind, status, keyId] of [
      ["root", "root", "active", "key_root"],
      ["issuing", "issuing", "active", key?.["id"]],
      ["late", "issuing", "pending", "key_late"],
    ])
      await superuser.query(
        "insert into authority (id, slug, name, kind, status, key_algorithm, key_id, certificate_id, subject_text, crl_period_seconds, created_at) values ('ca_' || $1::text, $1, $1, $2, $3, 'ecdsa-p256', $4, 'crt_' || $1::text, '', 86400, now())",
        [slug, kind, status, keyId],
      );
    await superuser.query("alter table authority enable trigger all");
    await client.query(read("20261129000100_signer"));
    await client.query(read("20261129000110_ceiling"));
    const moved = await superuser.query(
      "select key_id as id, sealed from signer.sealed_key where key_id = $1",
      [key?.["id"]],
    );
    expect(moved.rows).toEqual([{ id: key?.["id"], sealed: key?.["sealed"] }]);
    // Keys that sign already get a ceiling from what their CAs have issued; others with their
    // confirmation. And no setup link creates another root.
    const due = await superuser.query("select key_id as id from signer.ceiling_due order by 1");
    expect(due.rows.map(({ id }) => id as string).toSorted()).toEqual(
      [String(key?.["id"]), "key_root"].toSorted(),
    );
    const slots = await superuser.query(
      "select setup_slot as slot, certificate_id as id from signer.confirmation order by 1",
    );
    expect(slots.rows).toEqual([
      { slot: "issuing", id: "crt_issuing" },
      { slot: "root", id: "crt_root" },
    ]);
    const log = await superuser.query("select origin, sealed from signer.log_key");
    expect(log.rows).toEqual([{ origin: "ca.example.com/log/1", sealed: Buffer.of(1, 2) }]);
  } finally {
    await client.end();
    await superuser.end();
    await database.drop();
  }
});
