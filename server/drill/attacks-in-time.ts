import { credentialDigest } from "@/lib/log/credential-digest";
import { encodeEntry, makeEntry } from "@/lib/log/entry";
import { recordEntry } from "@/lib/log/record/record-entry";
import { makeRecorder } from "@/lib/log/record/recorder";
import { indexAll } from "@/lib/log/segments/indexer";
import { makeSource } from "@/lib/log/record/source";
import type { Actor } from "@/lib/access/actor";
import type { Attack } from "./attack";
import { sqlAttack } from "./attacks-on-entries";
import { drillActor } from "./build-copies";
import { type DrillCopy, withoutGuards } from "./drill-copy";

const hourMs = 3_600_000;

/** Numbers and indexes what is in the inbox. */
async function sequence(copy: DrillCopy): Promise<void> {
  await copy.asSuper("select tlog.sequence_batch(1000)");
  await indexAll(copy.deps.db);
}

/** Records one read, as a process of Chancery with this actor and time does. */
async function recordRead(copy: DrillCopy, actor: Actor, now: Date): Promise<void> {
  const source = makeSource("drill/other", copy.deps.random.bytes);
  const recorder = makeRecorder({ ...copy.deps.recorder, source, clock: { now: () => now } });
  await recordEntry(recorder, actor, {
    action: "log.read",
    outcome: "success",
    target: null,
    details: { method: "GET", path: "/" },
  });
  await sequence(copy);
}

const exchangeACredential: Attack = {
  name: "exchange-a-credential",
  expected: "credentials",
  what: "The hash of an API token is replaced with that of another secret, the other secret is used, and the hash is put back.",
  run: async (copy) => {
    const [token] = await copy.asSuper(
      "select id, name, role, encode(secret_hash, 'hex') as hash from api_token limit 1",
    );
    const sql = [
      "update api_token set secret_hash = sha256('another secret')",
      `update api_token set secret_hash = '\\x${String(token?.["hash"])}'`,
    ];
    const [other] = await copy.asSuper("select encode(sha256('another secret'), 'hex') as hash");
    await withoutGuards(copy, sql.slice(0, 1));
    await recordRead(
      copy,
      {
        ...drillActor(copy.deps),
        kind: "token",
        id: String(token?.["id"]),
        label: String(token?.["name"]),
        secretDigest: credentialDigest(String(other?.["hash"])),
      },
      copy.deps.clock.now(),
    );
    await withoutGuards(copy, sql.slice(1));
    return { sql };
  },
};

const setTheClockBack: Attack = {
  name: "set-the-clock-back",
  expected: "clocks",
  what: "The clock of a process is set back by three hours, so that what it records is dated before its neighbors.",
  run: async (copy) => {
    const now = copy.deps.clock.now();
    await recordRead(copy, drillActor(copy.deps), now);
    await recordRead(copy, drillActor(copy.deps), new Date(now.getTime() - 3 * hourMs));
    return { sql: ["date --set '3 hours ago'"] };
  },
};

const writePastTheApplication: Attack = {
  name: "write-past-the-application",
  expected: "sources",
  what: "An entry that states the revocation of a token is put into the inbox by hand.",
  run: async (copy) => {
    const [token] = await copy.asSuper("select id, name from api_token limit 1");
    const target = { kind: "token", id: String(token?.["id"]), label: String(token?.["name"]) };
    const { clock, random } = copy.deps;
    const entry = makeEntry(
      drillActor(copy.deps),
      { action: "token.revoked", outcome: "success", target, details: { name: target.label } },
      { now: clock.now(), randomBytes: random.bytes },
    );
    const sql = ["insert into tlog.inbox (entry, entry_id, target_id) values ($1, $2, $3)"];
    await copy.asSuper("insert into tlog.inbox (entry, entry_id) values ($1, $2)", [
      Buffer.from(encodeEntry(entry)),
      entry.id,
    ]);
    await sequence(copy);
    return { sql };
  },
};

/** Attacks on times, credentials, sources, time stamps and the keys of the log. */
export const attacksInTime: readonly Attack[] = [
  exchangeACredential,
  setTheClockBack,
  writePastTheApplication,
  sqlAttack({
    name: "change-the-numbering-times",
    expected: "clocks",
    what: "The times at which entries were numbered, which pages show, are moved by a day.",
    sql: ({ middle }) => [
      `update tlog.entry set sequenced_at = sequenced_at - interval '1 day' where seq >= ${middle}`,
    ],
  }),
  sqlAttack({
    name: "change-the-publishing-times",
    expected: "clocks",
    what: "The time at which a checkpoint was published is moved by a day.",
    sql: () => ["update tlog.checkpoint set published_at = published_at - interval '1 day'"],
  }),
  sqlAttack({
    name: "edit-the-sources",
    expected: "sources",
    what: "The table of sources is changed, so that it hides that entries are missing.",
    sql: () => ["update tlog.source set arrived = arrived + 1, settled = settled + 1"],
  }),
  sqlAttack({
    name: "invent-a-time-stamp",
    expected: "anchors",
    what: "A time stamp that no authority made is added to the table.",
    sql: () => [
      "insert into tlog.anchor (generation, size, authority, note, token, stamped_at) select generation, size, 'tsa.example.com', note, '\\x30', now() from tlog.checkpoint order by size desc limit 1",
    ],
  }),
  sqlAttack({
    name: "replace-the-log-key",
    expected: "signature",
    what: "The log's key in the table is replaced with another one.",
    sql: ({ vkey }) => [
      `update tlog.log set vkey = '${vkey.slice(0, -2)}${vkey.endsWith("A=") ? "E=" : "A="}'`,
    ],
  }),
  sqlAttack({
    name: "exchange-a-password",
    expected: "state",
    what: "The hash of a password is replaced, so that another password signs in.",
    sql: () => ["update account set password_hash = 'another hash'"],
  }),
  sqlAttack({
    name: "exchange-a-token",
    expected: "state",
    what: "The hash of an API token is replaced, so that another secret counts.",
    sql: () => ["update api_token set secret_hash = sha256('another secret')"],
  }),
  sqlAttack({
    name: "switch-off-a-rule",
    expected: "state",
    what: "An alert rule is switched off without an entry.",
    sql: () => [
      `insert into rule_setting (id, enabled, severity, "values", changed_at) values ('revoked-used', false, null, '{}', now())`,
    ],
  }),
  {
    name: "let-a-guard-raise-nothing",
    expected: "guards",
    what: "The function behind the guards of the log keeps its words, but raises nothing any more.",
    run: async (copy) => {
      const sql = [
        "create or replace function tlog.refuse_change() returns trigger language plpgsql as 'begin if false then raise exception ''no''; end if; return null; end'",
      ];
      for (const statement of sql) await copy.asSuper(statement);
      return { sql };
    },
  },
];
