import { guardFunctionOf, guardTriggers } from "@/lib/log/guards/guard-sql";
import { guardedTables } from "@/lib/log/guards/guarded-tables";
import type { GuardedTable } from "@/lib/log/guards/types";
import type { Database } from "@/lib/runtime/deps";
import { type Checks } from "./types";

const append = "tlog.refuse_change";
const remain = "tlog.refuse_delete";
const fixed = "tlog.refuse_rewrite";

type ExpectedTrigger = readonly [table: string, trigger: string, calls: string];

/** The function of a guard, by the trigger's name. */
const guardCalls = (table: string, trigger: string): string =>
  trigger === "needs_entry" ? guardFunctionOf(table) : trigger === "never_changes" ? fixed : remain;

const guardsOf = ([table, guard]: readonly [string, GuardedTable]): ExpectedTrigger[] =>
  [
    ...Object.keys(guardTriggers(table, guard)),
    ...(guard.writtenByHand ? ["needs_entry"] : []),
  ].map((trigger) => [`public.${table}`, trigger, guardCalls(table, trigger)]);

/** Every required trigger: its table, its name and the function that it calls. */
const expectedTriggers: readonly ExpectedTrigger[] = [
  ...["log", "tile", "anchor"].flatMap(
    (table) =>
      [
        [`tlog.${table}`, "no_change", append],
        [`tlog.${table}`, "no_truncate", append],
      ] as const,
  ),
  ["tlog.entry", "no_truncate", append],
  ["tlog.inbox", "no_truncate", append],
  ["tlog.inbox", "no_update", append],
  ...Object.entries(guardedTables).flatMap(guardsOf),
  ["public.certificate", "is_fixed", "tlog.certificate_is_fixed"],
  ["public.api_token", "is_fixed", "tlog.token_is_fixed"],
  ["public.api_token", "keeps_lineage", "tlog.token_keeps_lineage"],
  ["public.identity_name", "is_fixed", "tlog.identity_name_is_fixed"],
  ["public.invitation", "is_fixed", "tlog.invitation_is_fixed"],
  ["public.crl", "only_lets_go", "tlog.crl_only_lets_go"],
  ["public.crl", "has_base", "tlog.crl_has_base"],
  ["public.public_key", "keeps_owner", "tlog.key_keeps_owner"],
  ["public.delivery", "goes_on", "tlog.delivery_goes_on"],
  ["public.delivery", "was_sent", "tlog.delivery_was_sent"],
  ["public.delivery_attempt", "goes_on", "tlog.attempt_goes_on"],
];

type Trigger = { place: string; name: string; calls: string; enabled: string; refuses: boolean };

/**
 * Checks that every guard trigger exists, also on each partition, is enabled for every role, and
 * still raises an exception; and that the application's role cannot write to the log.
 */
export async function checkGuards(
  { pool }: Pick<Database, "pool">,
  { guards }: Pick<Checks, "guards">,
): Promise<void> {
  const { rows: partitions } = await pool.query<{ place: string }>(
    "select format('%s.%s', n.nspname, c.relname) as place from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace where i.inhparent = 'tlog.entry'::regclass",
  );
  const { rows } =
    await pool.query<Trigger>(`select format('%s.%s', n.nspname, c.relname) as place, t.tgname as name, format('%s.%s', pn.nspname, p.proname) as calls, t.tgenabled as enabled,
      p.prosrc ~* 'raise exception|refuse_unrecorded' as refuses
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace join pg_proc p on p.oid = t.tgfoid join pg_namespace pn on pn.oid = p.pronamespace where not t.tgisinternal`);
  const byName = new Map(rows.map((row) => [`${row.place} ${row.name}`, row]));
  const required = [
    ...expectedTriggers,
    ...partitions.flatMap(
      ({ place }) =>
        [
          [place, "no_change", append],
          [place, "no_truncate", append],
        ] as const,
    ),
  ];
  for (const [place, name, calls] of required) {
    const trigger = byName.get(`${place} ${name}`);
    guards.count();
    if (!trigger) guards.problem(`The trigger ${name} on ${place} is missing.`);
    else if (trigger.enabled !== "A")
      guards.problem(
        `The trigger ${name} on ${place} is ${trigger.enabled === "D" ? "disabled" : "not enabled for every role"}.`,
      );
    else if (trigger.calls !== calls || !trigger.refuses)
      guards.problem(`The trigger ${name} on ${place} no longer refuses changes.`);
  }
  await checkPrivileges(pool, guards);
}

async function checkPrivileges(pool: Database["pool"], guards: Checks["guards"]): Promise<void> {
  const {
    rows: [role],
  } = await pool.query<{
    who: string;
    superuser: boolean;
    changes: boolean;
    inserts: boolean;
    inbox: boolean;
  }>(`select current_user as who, (select rolsuper from pg_roles where rolname = current_user) as superuser,
    has_table_privilege('tlog.entry', 'UPDATE, DELETE, TRUNCATE') as changes, has_table_privilege('tlog.entry', 'INSERT') as inserts, has_table_privilege('tlog.inbox', 'SELECT, UPDATE, DELETE, TRUNCATE') as inbox`);
  guards.count();
  if (role?.superuser)
    guards.problem(
      `Chancery connects as the superuser ${role.who}, whom the database refuses nothing.`,
    );
  else if (role && (role.changes || role.inserts || role.inbox))
    guards.problem(
      `The role ${role.who} that Chancery connects as can write to the log without the inbox.`,
    );
}
