import { makeHeart } from "@/lib/log/heartbeat";
import { recordEntry } from "@/lib/log/record";
import { makeSource } from "@/lib/log/source";
import type { Attack, Catch } from "./attack";
import { sqlAttack } from "./attacks-on-entries";
import { drillActor } from "./build-copies";
import { type Copy, tryAs } from "./place";

const forbidden = [
  "update tlog.entry set entry = entry where seq = 0",
  "delete from tlog.entry where seq = 0",
  "truncate tlog.entry",
  "truncate tlog.entry_p000000",
];
const asApplication = [
  ...forbidden,
  "insert into tlog.entry (seq, entry_id, leaf_hash, entry) values (9999999, 'ent_x', '\\x00', '\\x00')",
  "delete from tlog.inbox",
  "update tlog.head set size = 0",
  "alter table tlog.entry disable trigger all",
];
const withoutEntry =
  "insert into account (id, email, name, role, status, password_hash, created_at, changed_at) values ('usr_00000000000000000000000000', 'intruder@example.com', 'Intruder', 'admin', 'active', '', now(), now())";

/** Every role with every guard on: each statement must be refused. */
const guardsRefuse: Attack = {
  name: "triggers-on",
  expected: "guards",
  what: "The application, the schema's owner and a superuser try to update, delete and truncate entries, and to make an administrator without an entry, with every guard in place.",
  verify: false,
  run: async ({ name, around: { server } }) => {
    const began = performance.now(),
      findings: string[] = [];
    let missed = 0;
    for (const [url, statements] of [
      [server.appUrl(name), [...asApplication, withoutEntry]],
      [server.ownerUrl(name), [...forbidden, withoutEntry]],
      [server.superUrl(name), [...forbidden, withoutEntry]],
    ] as const) {
      for (const words of await tryAs(url, statements)) {
        if (words === null) missed++;
        else findings.push(words);
      }
    }
    const caught: Catch[] =
      missed > 0
        ? []
        : [
            {
              by: "guards",
              milliseconds: performance.now() - began,
              finding: `${findings.length} of ${findings.length} refused: ${[...new Set(findings)].slice(0, 3).join("; ")}`,
            },
          ];
    return { sql: [...asApplication, withoutEntry], caught };
  },
};

/** Entries are taken out before they get their numbers: the log itself has no hole. */
const dropBefore: Attack = {
  name: "drop-before-numbering",
  expected: "sources",
  what: "Entries that were committed are taken out of the inbox before they get their numbers.",
  run: async (copy: Copy) => {
    const deps = { ...copy.deps, source: makeSource("drill/other", copy.deps.random.bytes) },
      sql = ["delete from tlog.inbox where id in (select id from tlog.inbox order by id limit 2)"];
    for (let n = 0; n < 3; n++)
      await recordEntry(deps, drillActor(deps), {
        action: "log.read",
        outcome: "success",
        target: null,
        details: { method: "GET", path: "/" },
      });
    for (const statement of sql) await copy.asSuper(statement);
    await makeHeart(deps).end();
    await copy.asSuper("select tlog.sequence_batch(1000)");
    await copy.asSuper("select tlog.index_batch(1000)");
    return { sql };
  },
};

/** What can be done beside the entries: to the index, the tables, the guards and the inbox. */
export const attacksOnTables: readonly Attack[] = [
  guardsRefuse,
  sqlAttack({
    name: "edit-the-search-row",
    what: "A search row is changed so that an act is found under another name.",
    expected: "index",
    sql: ({ middle }) => [
      `update tlog.search set actor_id = 'usr_other', actor_label = 'other@example.com' where seq = ${middle}`,
    ],
  }),
  sqlAttack({
    name: "hide-from-search",
    what: "The words of an entry are emptied, so that no search finds it.",
    expected: "index",
    sql: ({ middle }) => [`update tlog.search set words = '' where seq = ${middle}`],
  }),
  sqlAttack({
    name: "row-without-entry",
    what: "An administrator is written into the table without an entry.",
    expected: "state",
    sql: () => [withoutEntry],
  }),
  sqlAttack({
    name: "revive-a-token",
    what: "A revoked API token is set in force again.",
    expected: "state",
    sql: () => ["update api_token set revoked_at = null"],
  }),
  sqlAttack({
    name: "promote-an-account",
    what: "An auditor's account is made an administrator's.",
    expected: "state",
    sql: () => ["update account set role = 'admin'"],
  }),
  {
    name: "leave-the-guards-off",
    expected: "guards",
    what: "The triggers that refuse changes are switched off and left so.",
    run: async (copy) => {
      const sql = [
        "alter table tlog.entry_p000000 disable trigger all",
        "alter table certificate disable trigger needs_entry",
      ];
      for (const statement of sql) await copy.asSuper(statement);
      return { sql };
    },
  },
  dropBefore,
];
