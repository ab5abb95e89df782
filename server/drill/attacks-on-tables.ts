import { indexAll } from "@/lib/log/segments/indexer";
import { makeHeartbeat } from "@/lib/log/record/heartbeat";
import { recordEntry } from "@/lib/log/record/record-entry";
import { makeRecorder } from "@/lib/log/record/recorder";
import { makeSource } from "@/lib/log/record/source";
import type { Attack, Detection } from "./attack";
import { sqlAttack } from "./attacks-on-entries";
import { drillActor } from "./build-copies";
import { type DrillCopy, tryStatements } from "./drill-copy";

const forbidden = [
  "update tlog.entry set entry = entry where seq = 0",
  "delete from tlog.entry where seq = 0",
  "truncate tlog.entry",
  "truncate tlog.entry_p000000",
];
const forbiddenForApplication = [
  ...forbidden,
  "insert into tlog.entry (seq, entry_id, leaf_hash, entry) values (9999999, 'ent_x', '\\x00', '\\x00')",
  "delete from tlog.inbox",
  "update tlog.head set size = 0",
  "alter table tlog.entry disable trigger all",
];
const insertWithoutEntry =
  "insert into account (id, email, name, role, status, password_hash, created_at, changed_at) values ('usr_00000000000000000000000000', 'intruder@example.com', 'Intruder', 'admin', 'active', '', now(), now())";

/** Every role with every guard on: each statement must be refused. */
const guardsRefuse: Attack = {
  name: "triggers-on",
  expected: "guards",
  what: "With every guard enabled, the application, the schema owner and a superuser try to update, delete and truncate entries, and to create an administrator without an entry.",
  verify: false,
  run: async ({ name, environment: { server } }) => {
    const startedAt = performance.now();
    const findings: string[] = [];
    let missed = 0;
    for (const [url, statements] of [
      [server.appUrl(name), [...forbiddenForApplication, insertWithoutEntry]],
      [server.ownerUrl(name), [...forbidden, insertWithoutEntry]],
      [server.superUrl(name), [...forbidden, insertWithoutEntry]],
    ] as const) {
      for (const refusal of await tryStatements(url, statements)) {
        if (refusal === null) missed++;
        else findings.push(refusal);
      }
    }
    const caught: Detection[] =
      missed > 0
        ? []
        : [
            {
              by: "guards",
              milliseconds: performance.now() - startedAt,
              finding: `${findings.length} of ${findings.length} refused: ${[...new Set(findings)].slice(0, 3).join("; ")}`,
            },
          ];
    return { sql: [...forbiddenForApplication, insertWithoutEntry], caught };
  },
};

/** Deletes committed entries before they are numbered: the log itself then has no gap. */
const dropBeforeNumbering: Attack = {
  name: "drop-before-numbering",
  expected: "sources",
  what: "Committed entries are deleted from the inbox before they are numbered.",
  run: async (copy: DrillCopy) => {
    const source = makeSource("drill/other", copy.deps.random.bytes);
    const recorder = makeRecorder({ ...copy.deps.recorder, source });
    const sql = [
      "delete from tlog.inbox where id in (select id from tlog.inbox order by id limit 2)",
    ];
    for (let n = 0; n < 3; n++)
      await recordEntry(recorder, drillActor(copy.deps), {
        action: "log.read",
        outcome: "success",
        target: null,
        details: { method: "GET", path: "/" },
      });
    for (const statement of sql) await copy.asSuper(statement);
    await makeHeartbeat(recorder).sendLast();
    await copy.asSuper("select tlog.sequence_batch(1000)");
    await indexAll(copy.deps.db);
    return { sql };
  },
};

/** A statement for each of the tables that hold pages of the search index. */
const allPages = (statement: (place: string) => string): string[] =>
  ["tlog.page", "tlog.page_fresh"].map(statement);
const lastPage = (place: string): string =>
  `(p.segment, p.first) in (select segment, max(first) from ${place} group by segment)`;

/** Attacks on everything but the entries: the index, the tables, the guards and the inbox. */
export const attacksOnTables: readonly Attack[] = [
  guardsRefuse,
  sqlAttack({
    name: "edit-the-search-index",
    what: "A byte of the search index is changed, so that an entry is found under a different word.",
    expected: "index",
    sql: () =>
      allPages(
        (place) =>
          `update ${place} p set body = set_byte(body, length(body) - 3, get_byte(body, length(body) - 3) # 1) where ${lastPage(place)}`,
      ),
  }),
  sqlAttack({
    name: "hide-from-search",
    what: "A page of the search index is deleted, so that no search finds the entries on it.",
    expected: "index",
    sql: () => allPages((place) => `delete from ${place} p where ${lastPage(place)}`),
  }),
  sqlAttack({
    name: "hide-from-search-and-from-its-functions",
    what: "A page of the search index is deleted, and the functions that make and compare pages are replaced with ones that do nothing.",
    expected: "index",
    sql: () => [
      ...allPages((place) => `delete from ${place} p where ${lastPage(place)}`),
      "create or replace function tlog.rebuild_search() returns void language plpgsql as 'begin end'",
      "create or replace function tlog.replace_segments(made bigint, a bigint, b bigint, form smallint, digest bytea, page_count int, earliest bigint, latest bigint) returns void language plpgsql as 'begin end'",
    ],
  }),
  sqlAttack({
    name: "backdate-a-revocation",
    what: "The time at which an API token was revoked is moved, so that what it did afterwards seems allowed.",
    expected: "state",
    sql: () => ["update api_token set revoked_at = revoked_at + interval '90 days'"],
  }),
  sqlAttack({
    name: "row-without-entry",
    what: "An administrator account is inserted without an entry.",
    expected: "state",
    sql: () => [insertWithoutEntry],
  }),
  sqlAttack({
    name: "revive-a-token",
    what: "A revoked API token is made valid again.",
    expected: "state",
    sql: () => ["update api_token set revoked_at = null"],
  }),
  sqlAttack({
    name: "promote-an-account",
    what: "An auditor account is promoted to administrator.",
    expected: "state",
    sql: () => ["update account set role = 'admin'"],
  }),
  sqlAttack({
    name: "move-a-name",
    what: "A name goes from the identity that holds it to one that no entry names.",
    expected: "state",
    sql: () => [
      "insert into identity (id, kind, name, owner, status, created_at, changed_at) values ('idn_00000000000000000000000000', 'service', 'intruder', 'intruder@example.com', 'active', now(), now())",
      "update identity_name set identity_id = 'idn_00000000000000000000000000' where state = 'held'",
    ],
  }),
  {
    name: "leave-the-guards-off",
    expected: "guards",
    what: "The triggers that refuse changes are disabled and left disabled.",
    run: async (copy) => {
      const sql = [
        "alter table tlog.entry_p000000 disable trigger all",
        "alter table certificate disable trigger needs_entry",
      ];
      for (const statement of sql) await copy.asSuper(statement);
      return { sql };
    },
  },
  {
    name: "replace-a-guard",
    expected: "guards",
    what: "The function behind a guard is replaced with one that accepts every change; the trigger stays.",
    run: async (copy) => {
      const sql = [
        "create or replace function tlog.session_needs_entry() returns trigger language plpgsql as 'begin return null; end'",
      ];
      for (const statement of sql) await copy.asSuper(statement);
      return { sql };
    },
  },
  dropBeforeNumbering,
];
