import { factRun } from "@/lib/log/pure/search-tokens";
import { findRows } from "@/lib/log/segments/find-rows";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditedTransaction } from "./audited-transaction";
import { recordEntry } from "./record-entry";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { identityCreated, identityRow, readEntry } from "@/testing/log/entries";
import {
  roles,
  identity,
  certificate,
  authority,
  profile,
  hex,
  entryFor,
  certificateSql,
} from "@/testing/log/guard-statements";

let log: Harness;

beforeAll(async () => {
  log = await openHarness({ sequencer: false, connections: 80 });
  await auditedTransaction(log.deps.recorder, operatorActor(), async (tx) => {
    await tx.identity.create({ data: identityRow(identity) });
    await tx.$executeRaw`insert into public_key (spki_sha256, identity_id, created_at) values (${new Uint8Array(32).fill(0x5a)}, ${identity}, now())`;
    return { result: null, entries: [identityCreated(identity)] };
  });
  await log.as(
    "super",
    `begin; ${entryFor(authority)}; ${entryFor(profile)}; ${entryFor(certificate)};
    ${entryFor("key_1")}; insert into signing_key values ('key_1', 'P-256', '\\x00', now());
    insert into authority (id, slug, name, kind, status, key_algorithm, key_id, subject_text, crl_period_seconds, created_at) values ('${authority}', 'issuing', 'Issuing', 'issuing', 'pending', 'P-256', 'key_1', 'CN=Issuing', 3600, now());
    insert into profile (id, slug, name, description, system, status, version, rules, created_at, changed_at) values ('${profile}', 'tls-server', 'TLS', '', false, 'active', 1, '{}', now(), now());
    ${certificateSql(certificate, hex(16))}; commit`,
  );
  await recordEntry(log.deps.recorder, operatorActor(), readEntry("/certificates"));
  await log.sequence();
  await recordEntry(log.deps.recorder, operatorActor(), readEntry("/identities"));
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
    "delete from tlog.segment",
    "update tlog.page set body = ''",
    "insert into tlog.page_fresh values (9, '', '')",
    "select tlog.ensure_partition(5)",
    "select tlog.guard('tlog.entry')",
    "drop table tlog.segment",
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
    await log.sequence();
    const [newest] = await findRows(log.deps.db, { all: [[factRun("kind", "a")]] }, 1);
    expect(newest).toMatchObject({ entry_id: "ent_rubbish" });
  });
});
