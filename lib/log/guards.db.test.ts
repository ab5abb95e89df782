import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditedTransaction } from "./audited-transaction";
import { recordEntry } from "./record";
import { testActor } from "./testdata/actor";
import {
  identityCreated,
  identityRow,
  type LogDatabase,
  makeId,
  openLogDatabase,
  readEntry,
} from "./testdata/log-database";

let log: LogDatabase;
const roles = ["app", "owner", "super"] as const;
const identity = makeId("idn"),
  certificate = makeId("crt"),
  authority = makeId("ca"),
  profile = makeId("prf");
const hex = (length: number, byte = "5a") => `'\\x${byte.repeat(length)}'`;
const entryFor = (id: string) =>
  `insert into tlog.inbox (entry) values (convert_to('{"id":"${makeId("ent")}","action":"identity.updated","outcome":"success","target":{"id":"${id}"}}', 'UTF8'))`;
const certificateSql = (
  id: string,
  serial: string,
  state = "planned",
) => `insert into certificate (id, issuer_id, serial, state, profile_id, profile_version, identity_id, subject_text, common_name, sans, key_algorithm,
  spki_sha256, not_before, not_after, tbs_der, plan_entry_id, requested_by, created_at) values ('${id}', '${authority}', ${serial}, '${state}', '${profile}', 1, '${identity}', 'CN=pay.example.com', 'pay.example.com', '{}', 'P-256',
  ${hex(32)}, now(), now() + interval '90 days', ${hex(100)}, '${makeId("ent")}', 'usr_01test', now())`;

beforeAll(async () => {
  log = await openLogDatabase();
  await auditedTransaction(log.deps, testActor(), async (tx) => {
    await tx.identity.create({ data: identityRow(identity) });
    await tx.publicKey.create({
      data: {
        spkiSha256: new Uint8Array(32).fill(0x5a),
        identityId: identity,
        createdAt: new Date(),
      },
    });
    return { result: null, entries: [identityCreated(identity)] };
  });
  await log.as(
    "super",
    `begin; ${entryFor(authority)}; ${entryFor(profile)}; ${entryFor(certificate)};
    insert into signing_key values ('key_1', 'P-256', '\\x00', '\\x00', now());
    insert into authority (id, slug, name, kind, status, key_algorithm, key_id, subject_text, crl_period_seconds, created_at) values ('${authority}', 'issuing', 'Issuing', 'issuing', 'active', 'P-256', 'key_1', 'CN=Issuing', 3600, now());
    insert into profile (id, slug, name, description, system, status, version, rules, created_at, changed_at) values ('${profile}', 'tls-server', 'TLS', '', false, 'active', 1, '{}', now(), now());
    ${certificateSql(certificate, hex(16))}; commit`,
  );
  await recordEntry(log.deps, testActor(), readEntry("/certificates"));
  await log.settle();
  await recordEntry(log.deps, testActor(), readEntry("/identities"));
});
afterAll(async () => {
  await log.close();
});

describe("the log refuses to be changed", () => {
  const changes = [
    "update tlog.entry set entry = '\\x7b7d'",
    "delete from tlog.entry",
    "truncate tlog.entry",
    "truncate tlog.entry cascade",
    "update tlog.entry_p000000 set seq = seq + 1000",
    "delete from tlog.entry_p000000",
    "truncate tlog.entry_p000000",
    "delete from only tlog.entry_p000000 where seq = 0",
    "update tlog.inbox set id = default",
    "truncate tlog.inbox",
    "set session_replication_role = replica; delete from tlog.entry",
    "set session_replication_role = replica; truncate tlog.entry_p000000",
    "set session_replication_role = replica; update tlog.inbox set id = default",
    "with gone as (delete from tlog.entry returning 1) select count(*) from gone",
    "merge into tlog.entry e using (values (0)) v (seq) on e.seq = v.seq when matched then delete",
  ];
  test.each(changes.flatMap((sql) => roles.map((role) => ({ role, sql }))))(
    "$role: $sql",
    async ({ role, sql }) => {
      await expect(log.as(role, sql)).rejects.toMatchObject({ code: "42501" });
    },
  );

  test("on a partition that is added later, and on one that was detached", async () => {
    await log.as("owner", "select tlog.ensure_partition(10000000)");
    await log.as(
      "super",
      `begin; insert into tlog.entry (seq, entry_id, leaf_hash, entry) values (10000000, 'ent_x', ${hex(32)}, '\\x7b7d'); commit`,
    );
    for (const sql of [
      "delete from tlog.entry where seq = 10000000",
      "truncate tlog.entry_p000001",
      "update tlog.entry_p000001 set entry = '\\x'",
    ]) {
      await expect(log.as("super", sql)).rejects.toMatchObject({ code: "42501" });
    }
    await log.as("owner", "alter table tlog.entry detach partition tlog.entry_p000001");
    for (const sql of ["delete from tlog.entry_p000001", "truncate tlog.entry_p000001"])
      await expect(log.as("super", sql)).rejects.toMatchObject({ code: "42501" });
  });

  test.each([
    "insert into tlog.entry (seq, entry_id, leaf_hash, entry) values (5, 'x', '\\x', '\\x')",
    "delete from tlog.inbox",
    "select * from tlog.inbox",
    "insert into tlog.inbox (id, entry) overriding system value values (1, '\\x7b7d')",
    `insert into tlog.inbox (xid, entry) values ('1', '\\x7b7d')`,
    "update tlog.head set size = 0",
    "update tlog.indexed set upto = 0",
    "delete from tlog.search",
    "update tlog.search set outcome = 'success'",
    "insert into tlog.span values (9, now(), now())",
    "select tlog.ensure_partition(5)",
    "select tlog.guard('tlog.entry')",
    "drop table tlog.search",
    "alter table tlog.entry disable trigger all",
    "alter table certificate disable trigger all",
    "create table tlog.mine (a int)",
    "create or replace function tlog.need_entry() returns trigger language sql as ''",
    "set session_replication_role = replica",
    "update _prisma_migrations set checksum = ''",
  ])("lets the application only insert into the inbox: %s", async (sql) => {
    await expect(log.as("app", sql)).rejects.toThrow(/permission denied|must be owner/);
  });

  test.each([
    ["not JSON", "'\\x00ff'"],
    ["not UTF-8", "'\\xff7b7d'"],
    ["no id", "convert_to('{}', 'UTF8')"],
    ["an id too long", `convert_to('{"id":"${"x".repeat(65)}"}', 'UTF8')`],
    [
      "a NUL, which no index could hold",
      String.raw`convert_to('{"id":"ent_1","reason":"\u0000"}', 'UTF8')`,
    ],
    ["too long", `convert_to('{"id":"ent_1","x":"${"x".repeat(65_600)}"}', 'UTF8')`],
    ["empty", "'\\x'"],
  ])("takes no bytes that could not be an entry: %s", async (_, bytes) => {
    await expect(
      log.as("app", `insert into tlog.inbox (entry) values (${bytes})`),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^2[23]/) });
  });

  test("refuses an id that the bytes do not hold, and takes no column's word for what a change rests on", async () => {
    const bytes = `convert_to('{"id":"ent_a","action":"identity.updated","outcome":"success","target":{"id":"idn_other"}}', 'UTF8')`;
    for (const id of ["'ent_b'", "'ent_'", "''", "'\"'"])
      await expect(
        log.as("app", `insert into tlog.inbox (entry, entry_id) values (${bytes}, ${id})`),
      ).rejects.toMatchObject({ code: "23514" });
    await expect(
      log.as(
        "super",
        `begin; insert into tlog.inbox (entry, entry_id, target_id) values (${bytes}, 'ent_a', '${identity}'); update identity set note = 'x' where id = '${identity}'; commit`,
      ),
    ).rejects.toMatchObject({ code: "23514", constraint: "needs_entry" });
  });

  test("bytes that are no JSON stop neither the numbers nor the index", async () => {
    await log.as(
      "app",
      `insert into tlog.inbox (entry, entry_id) values (convert_to('no JSON, with "id":"ent_rubbish"', 'UTF8'), 'ent_rubbish')`,
    );
    await log.settle();
    const { rows } = await log.deps.db.pool.query(
      "select action, actor_id from tlog.search s join tlog.entry e using (seq) where e.entry_id = 'ent_rubbish'",
    );
    expect(rows).toEqual([{ action: "", actor_id: null }]);
  });
});

describe("no record, no act", () => {
  const noEntry = { code: "23514", constraint: "needs_entry" };

  test.each(roles)(
    "a certificate's row inserted by %s without an entry is refused at commit",
    async (role) => {
      const id = makeId("crt");
      await expect(log.as(role, certificateSql(id, hex(16, "11")))).rejects.toMatchObject(noEntry);
      await expect(
        log.as(role, `begin; ${certificateSql(id, hex(16, "11"))}; commit`),
      ).rejects.toMatchObject(noEntry);
      await expect(
        log.as(
          role,
          `begin; ${entryFor(makeId("crt"))}; ${certificateSql(id, hex(16, "11"))}; commit`,
        ),
      ).rejects.toMatchObject(noEntry);
    },
  );

  test.each(roles)(
    "a certificate's row changed by %s without an entry is refused at commit",
    async (role) => {
      await expect(
        log.as(role, `update certificate set state = 'failed' where id = '${certificate}'`),
      ).rejects.toMatchObject(noEntry);
    },
  );

  test("an entry of an earlier transaction is none of this one", async () => {
    await expect(
      log.as(
        "app",
        `${entryFor(certificate)}; commit; update certificate set supersede_at = now() where id = '${certificate}'`,
      ),
    ).rejects.toMatchObject(noEntry);
  });

  test("replication mode and constraints set to immediate do not help", async () => {
    await expect(
      log.as(
        "super",
        `set session_replication_role = replica; update certificate set state = 'failed' where id = '${certificate}'`,
      ),
    ).rejects.toMatchObject(noEntry);
    await expect(
      log.as(
        "app",
        `begin; set constraints all immediate; update certificate set state = 'failed' where id = '${certificate}'; ${entryFor(certificate)}; commit`,
      ),
    ).rejects.toMatchObject(noEntry);
  });

  test.each([
    "organization",
    "authority",
    "profile",
    "identity",
    "certificate",
    "crl",
    "account",
    "api_token",
  ])("%s is guarded: no change without entry, no delete, no truncate", async (table) => {
    const [guards] = await log.as(
      "super",
      `select array_agg(tgname::text || ' ' || tgenabled::text order by tgname) from pg_trigger where tgrelid = '${table}'::regclass and tgname in ('needs_entry', 'no_delete', 'no_truncate')`,
    );
    expect(guards).toEqual(["needs_entry A", "no_delete A", "no_truncate A"]);
    await expect(log.as("super", `truncate ${table} cascade`)).rejects.toMatchObject({
      code: "42501",
    });
  });

  test.each(roles)("%s deletes no certificate, entry or not", async (role) => {
    await expect(
      log.as(
        role,
        `begin; ${entryFor(certificate)}; delete from certificate where id = '${certificate}'; commit`,
      ),
    ).rejects.toMatchObject({ code: "42501" });
  });

  test("with an entry that names it, the same change commits", async () => {
    await log.as(
      "app",
      `begin; ${entryFor(certificate)}; update certificate set supersede_at = now() where id = '${certificate}'; commit`,
    );
    expect(
      await log.as(
        "app",
        `select supersede_at is not null from certificate where id = '${certificate}'`,
      ),
    ).toEqual([true]);
  });
});

describe("what was planned, signed or revoked is never rewritten", () => {
  const change = (set: string, id = certificate) =>
    log.as(
      "super",
      `begin; ${entryFor(id)}; update certificate set ${set} where id = '${id}'; commit`,
    );

  test.each([
    "serial = '\\x22222222222222222222222222222222'",
    "tbs_der = '\\x00'",
    "not_after = now()",
    "plan_entry_id = 'ent_other'",
    "subject_text = 'CN=other'",
    "sans = '{other.example.com}'",
    "profile_version = 2",
    "id = 'crt_other'",
  ])("a plan keeps its %s", async (set) => {
    await expect(change(set)).rejects.toThrow(/never rewritten|violates|without an entry/);
  });

  test.each([
    ["15 octets", hex(15)],
    ["20 octets", hex(20)],
    ["a negative number", hex(16, "80")],
    ["a leading zero", hex(16, "00")],
  ])("a serial of %s is refused", async (_, serial) => {
    const id = makeId("crt");
    await expect(
      log.as("super", `begin; ${entryFor(id)}; ${certificateSql(id, serial)}; commit`),
    ).rejects.toMatchObject({ code: "23514", constraint: "serial_length" });
  });

  test("a serial is used once by an issuer", async () => {
    const id = makeId("crt");
    await expect(
      log.as("super", `begin; ${entryFor(id)}; ${certificateSql(id, hex(16))}; commit`),
    ).rejects.toMatchObject({ code: "23505" });
  });

  test("a certificate's key belongs to its identity, and a key never changes its owner", async () => {
    const other = makeId("idn"),
      id = makeId("crt");
    await log.as(
      "super",
      `begin; ${entryFor(other)}; insert into identity values ('${other}', 'service', '${other}', 'x', 'active', '', now(), now()); commit`,
    );
    await expect(
      log.as(
        "super",
        `begin; ${entryFor(id)}; ${certificateSql(id, hex(16, "33")).replace(`'${identity}'`, `'${other}'`)}; commit`,
      ),
    ).rejects.toMatchObject({ code: "23503", constraint: "key_has_one_owner" });
    await expect(
      log.as("super", `update public_key set identity_id = '${other}'`),
    ).rejects.toMatchObject({ constraint: "key_keeps_owner" });
    await expect(log.as("super", "delete from public_key")).rejects.toMatchObject({
      code: "42501",
    });
  });

  test("an issued certificate keeps its bytes, a revoked one its date, and its reason only rises", async () => {
    await expect(change("state = 'issued'")).rejects.toMatchObject({
      constraint: "issued_is_whole",
    });
    await change(
      `state = 'issued', der = '\\x01', fingerprint_sha256 = ${hex(32)}, issued_at = now()`,
    );
    await expect(change("state = 'planned'")).rejects.toMatchObject({
      constraint: "certificate_is_fixed",
    });
    await expect(change("der = '\\x02'")).rejects.toMatchObject({
      constraint: "certificate_is_fixed",
    });
    await expect(change("state = 'revoked'")).rejects.toMatchObject({
      constraint: "revoked_is_dated",
    });
    await change("state = 'held', revoked_at = now(), revocation_reason = 'certificateHold'");
    await change("state = 'issued', revoked_at = null, revocation_reason = null");
    await change("state = 'revoked', revoked_at = now(), revocation_reason = 'superseded'");
    for (const set of [
      "revoked_at = now() + interval '1 hour'",
      "state = 'issued', revoked_at = null",
      "state = 'held'",
      "revocation_reason = 'unspecified'",
      "revocation_reason = null",
    ]) {
      await expect(change(set)).rejects.toMatchObject({ constraint: "certificate_is_fixed" });
    }
    await change("revocation_reason = 'keyCompromise'");
    await expect(change("revocation_reason = 'superseded'")).rejects.toMatchObject({
      constraint: "certificate_is_fixed",
    });
  });
});
