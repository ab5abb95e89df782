import pg from "pg";
import { sha256Hex } from "@/lib/format/hash";
import { guardedTables } from "@/lib/log/guards/guarded-tables";
import type { Case } from "@/lib/log/guards/types";
import type { EntryAction } from "@/lib/log/types";

/** A row as SQL expressions by column. */
type Row = Readonly<Record<string, string>>;
type Change = Readonly<{
  name: string;
  old: Row;
  set: Row;
  rule: Case;
  /** How an entry names the row, if not as "one". */
  named?: string | undefined;
}>;

/** Two different values of each type of column, as SQL. */
const valuesOf: Readonly<Record<string, readonly [string, string]>> = {
  text: ["'one'", "'other'"],
  bytea: [String.raw`'\x01'`, String.raw`'\x02'`],
  "timestamp with time zone": ["'2026-01-01Z'", "'2026-02-01Z'"],
  integer: ["1", "2"],
  bigint: ["1", "2"],
  boolean: ["true", "false"],
  jsonb: [`'{"a": 1}'`, `'{"a": 2}'`],
  ARRAY: ["'{one}'", "'{other}'"],
};

/** Rows and changes for which the conditions of a case hold; everything else follows from types. */
const examples: Readonly<Record<string, Readonly<{ old?: Row; set?: Row; named?: string }>>> = {
  "certificate insert 0": { set: { state: "'planned'", der: "null" } },
  "certificate insert 1": { set: { state: "'issued'" } },
  "certificate state 0": { old: { state: "'planned'" }, set: { state: "'revoked'" } },
  "certificate state 1": { old: { state: "'issued'" }, set: { state: "'held'" } },
  "certificate state 2": { old: { state: "'held'" }, set: { state: "'issued'" } },
  "certificate state 3": {
    old: { state: "'planned'" },
    set: { state: "'issued'", der: String.raw`'\x02'`, issued_at: "now()" },
  },
  "certificate state 4": { old: { state: "'planned'" }, set: { state: "'failed'" } },
  "certificate state 5": { old: { state: "'failed'" }, set: { state: "'issued'" } },
  "certificate predecessor_id 0": {
    old: { state: "'failed'" },
    set: { predecessor_id: "null" },
  },
  "certificate predecessor_id 1": {
    old: { state: "'revoked'", der: "null" },
    set: { predecessor_id: "null" },
  },
  "certificate rotate_by 0": {
    set: {
      rotate_by: "null",
      rotation_requested_at: "null",
      rotation_requested_by: "null",
      rotation_comment: "null",
    },
  },
  "certificate rotate_by 1": { old: { not_after: "'2026-03-01Z'" } },
  "organization name_binding 0": {
    old: { name_binding: "'observed'" },
    set: { name_binding: "'enforced'" },
  },
  "authority status 0": {
    old: { status: "'pending'" },
    set: { status: "'active'", certificate_id: "'crt'" },
  },
  "public_key blocked 0": {
    old: { blocked: "false" },
    set: { blocked: "true" },
    named: "01",
  },
  "public_key blocked 1": { old: { blocked: "false" }, set: { blocked: "true" } },
  "public_key blocked 2": { old: { blocked: "true" }, set: { blocked: "false" } },
  "identity status 0": { set: { status: "'suspended'" } },
  "identity status 1": { set: { status: "'active'" } },
  "session ended_at 0": { old: { ended_at: "null" } },
  "saved_view deleted_at 0": { old: { deleted_at: "null" } },
  "proxy status 0": { set: { status: "'removed'" } },
  "alert status 0": { old: { status: "'open'" }, set: { status: "'acknowledged'" } },
  "alert status 1": { set: { status: "'resolved'" } },
  "destination status 0": { set: { status: "'removed'" } },
  "enrollment_secret used 0": { old: { used: "1", uses: "5" }, set: { used: "2" } },
  "enrollment_secret used 1": { old: { used: "1", uses: "5" }, set: { used: "3" } },
  "bulk_act insert 1": {
    set: {
      status: "'running'",
      reason: "'keyCompromise'",
      owner: "'one'",
      assignee: "'usr_one'",
      resolution: "'fixed'",
      replace_by: "'2026-02-01Z'",
    },
  },
  "bulk_act status 0": { old: { status: "'running'" }, set: { status: "'finished'" } },
  "bulk_act status 1": { old: { status: "'running'" }, set: { status: "'canceled'" } },
  "bulk_act status 2": { old: { status: "'running'" }, set: { status: "'stopped'" } },
  "acme_order status 0": {
    old: { status: "'open'" },
    set: { status: "'valid'", certificate_id: "'crt'" },
  },
  "acme_order status 1": { set: { status: "'invalid'" } },
  "acme_authorization status 0": { set: { status: "'valid'" } },
  "acme_authorization status 1": { set: { status: "'invalid'" } },
  "acme_authorization status 2": { set: { status: "'deactivated'" } },
  "ca_permission insert 0": { set: { revoked_at: "null", max_seconds: "1", count: "1" } },
  "ca_permission revoked_at 0": { old: { revoked_at: "null" }, set: { revoked_at: "now()" } },
  "delivery insert 1": { set: { status: "'pending'", reason: "'test'" } },
  "delivery insert 2": { set: { status: "'pending'", reason: "'opened'" } },
  "authority insert 0": {
    set: { status: "'pending'", certificate_id: "null", certificate_der: "null" },
  },
};

/** A certificate for the key, which the entry is about. */
const certificateOfKey = String.raw`alter table certificate disable trigger needs_entry;
  insert into certificate (id, issuer_id, serial, state, profile_id, profile_version, identity_id, subject_text, common_name, key_algorithm, spki_sha256, not_before, not_after,
    tbs_der, plan_entry_id, requested_by, created_at) values ('one', '', '', '', '', 1, '', '', '', '', '\x01', now(), now(), '', '', '', now());`;

/** Says everything that a case may ask for besides the action. */
const details = {
  role: "one",
  name: "other",
  reason: "keyCompromise",
  certificateId: "crt",
  identityId: "one",
  keyId: "one",
  authorityId: "one",
  trustDomain: "one",
  maxSeconds: 1,
  count: 1,
  use: 2,
  act: "one",
  owner: "one",
  assignee: { id: "usr_one", label: "one" },
  resolution: "fixed",
  replaceBy: "2026-02-01T00:00:00.000Z",
  requestedAt: "2026-02-01T00:00:00.000Z",
  idsSha256: sha256Hex("one"),
  changes: Object.fromEntries(
    [
      "name",
      "owner",
      "note",
      "networks",
      "role",
      "status",
      "password",
      "identity",
      "kind",
      "hops",
      "scopes",
    ].map((field) => [field, { from: "one", to: "other" }]),
  ),
};

export type MatrixTable = Readonly<{ name: string; columns: ReadonlyMap<string, string> }>;
export type Verdict = "accepted" | "refused";

/** Tries changes of guarded tables with one entry each, in a database in which only guards refuse. */
export type GuardMatrix = Readonly<{
  tables: readonly MatrixTable[];
  /** Each case of the table's declaration, as a change that it is about. */
  changesOf: (table: MatrixTable) => readonly Change[];
  /** What the database says of a change whose only entry has this action and is about this id. */
  attempt: (
    table: MatrixTable,
    change: Change,
    entry: Readonly<{ action: EntryAction; target: string; outcome: string }>,
  ) => Promise<Verdict>;
  close: () => Promise<void>;
}>;

export async function openGuardMatrix(superUrl: string): Promise<GuardMatrix> {
  const client = new pg.Client({ connectionString: superUrl });
  await client.connect();
  await client.query("set session_replication_role = replica");
  const tables = await readTables(client);
  await leaveGuardsAlone(client);
  return {
    tables,
    changesOf,
    attempt: (table, change, entry) => attempt(client, table, change, entry),
    close: () => client.end(),
  };
}

async function readTables(client: pg.Client): Promise<MatrixTable[]> {
  const { rows } = await client.query<{ name: string; columns: [string, string][] }>(
    `select table_name as name, json_agg(json_build_array(column_name, data_type) order by ordinal_position) as columns
      from information_schema.columns where table_schema = 'public' and table_name = any($1) and is_generated = 'NEVER' group by 1 order by 1`,
    [Object.keys(guardedTables)],
  );
  return rows.map(({ name, columns }) => ({ name, columns: new Map(columns) }));
}

/** Checks, unique indexes and the other triggers would refuse rows that are made of types alone. */
async function leaveGuardsAlone(client: pg.Client): Promise<void> {
  await client.query(`do $$ declare r record; begin
    for r in select conrelid::regclass as place, conname from pg_constraint where contype = 'c' and conrelid::regclass::text = any('{${Object.keys(guardedTables).join()}}') loop
      execute format('alter table %s drop constraint %I', r.place, r.conname); end loop;
    for r in select tgrelid::regclass as place, tgname from pg_trigger where not tgisinternal and tgname <> 'needs_entry' and tgrelid::regclass::text = any('{${Object.keys(guardedTables).join()}}') loop
      execute format('alter table %s disable trigger %I', r.place, r.tgname); end loop;
  end $$`);
}

function changesOf({ name, columns }: MatrixTable): Change[] {
  const guard = guardedTables[name];
  if (guard === undefined || guard.writtenByHand) return [];
  const typed = (column: string): readonly [string, string] =>
    valuesOf[columns.get(column) ?? ""] ?? ["null", "null"];
  const first = Object.fromEntries([...columns.keys()].map((column) => [column, typed(column)[0]]));
  const inserts = typeof guard.insert === "string" ? [] : guard.insert;
  return [
    ...inserts.map((rule, at) => {
      const key = `${name} insert ${at}`;
      return { name: key, old: {}, set: { ...first, ...examples[key]?.set }, rule };
    }),
    ...guard.update.flatMap(({ columns: together, cases }) =>
      cases.flatMap((rule, at) => {
        if (rule.isHeldByOther) return [];
        const key = `${name} ${together[0]} ${at}`;
        const changed = Object.fromEntries(together.map((column) => [column, typed(column)[1]]));
        const { old, set, named } = examples[key] ?? {};
        return [{ name: key, old: { ...first, ...old }, set: set ?? changed, rule, named }];
      }),
    ),
  ];
}

const insertSql = (table: string, row: Row): string =>
  `insert into public.${table} (${Object.keys(row).map(pg.escapeIdentifier).join(", ")}) values (${Object.values(row).join(", ")})`;

async function attempt(
  client: pg.Client,
  { name }: MatrixTable,
  { old, set, named }: Change,
  { action, target, outcome }: Readonly<{ action: string; target: string; outcome: string }>,
): Promise<Verdict> {
  const entry = {
    action,
    outcome,
    id: "ent_1",
    actor: { kind: "one", id: "one" },
    target: { id: target === "one" ? (named ?? target) : target },
    details,
  };
  const isInsert = Object.keys(old).length === 0;
  const assignments = Object.entries(set).map(
    ([column, value]) => `${pg.escapeIdentifier(column)} = ${value}`,
  );
  const change = isInsert
    ? insertSql(name, set)
    : `update public.${name} set ${assignments.join(", ")}`;
  const before = isInsert
    ? ""
    : `${name === "public_key" && named === undefined ? certificateOfKey : ""} alter table public.${name} disable trigger needs_entry; ${insertSql(name, old)}; alter table public.${name} enable always trigger needs_entry;`;
  try {
    await client.query(
      `begin; ${before} insert into tlog.inbox (entry) values (convert_to('${JSON.stringify(entry)}', 'UTF8')); ${change}; set constraints all immediate`,
    );
    return "accepted";
  } catch (error) {
    const { constraint } = error as { constraint?: unknown };
    if (constraint !== "needs_entry") throw error;
    return "refused";
  } finally {
    await client.query("rollback");
  }
}
