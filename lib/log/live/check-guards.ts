import type { Database } from "@/lib/db/database";
import { type Checks } from "./types";

const always = {
  refuse: "tlog.refuse_change",
  need: "tlog.need_entry",
  keep: "tlog.refuse_delete",
} as const;
const lifecycle = [
  "organization",
  "authority",
  "profile",
  "identity",
  "certificate",
  "crl",
  "account",
  "api_token",
  "policy",
  "proxy",
  "alert",
  "alert_exception",
  "rule_setting",
  "destination",
];

/** Every trigger that must stand, by table: its name and the function that it calls. */
const expected: readonly (readonly [table: string, trigger: string, calls: string])[] = [
  ...["log", "tile", "anchor"].flatMap(
    (table) =>
      [
        [`tlog.${table}`, "no_change", always.refuse],
        [`tlog.${table}`, "no_truncate", always.refuse],
      ] as const,
  ),
  ["tlog.entry", "no_truncate", always.refuse],
  ["tlog.inbox", "no_truncate", always.refuse],
  ["tlog.inbox", "no_update", always.refuse],
  ...lifecycle.flatMap(
    (table) =>
      [
        [`public.${table}`, "needs_entry", always.need],
        [`public.${table}`, "no_delete", always.keep],
        [`public.${table}`, "no_truncate", always.keep],
      ] as const,
  ),
  ["public.certificate", "is_fixed", "tlog.certificate_is_fixed"],
  ["public.crl", "only_lets_go", "tlog.crl_only_lets_go"],
  ["public.public_key", "keeps_owner", "tlog.key_keeps_owner"],
  ["public.public_key", "no_delete", always.keep],
];

type Trigger = { place: string; name: string; calls: string; enabled: string; refuses: boolean };

/** Every trigger that refuses is there, is on for everybody, and still refuses; on each partition, too. The application may not write to the log. */
export async function checkGuards(
  { pool }: Pick<Database, "pool">,
  { guards }: Pick<Checks, "guards">,
): Promise<void> {
  const { rows: partitions } = await pool.query<{ place: string }>(
    "select format('%s.%s', n.nspname, c.relname) as place from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace where i.inhparent = 'tlog.entry'::regclass",
  );
  const { rows } =
    await pool.query<Trigger>(`select format('%s.%s', n.nspname, c.relname) as place, t.tgname as name, format('%s.%s', pn.nspname, p.proname) as calls, t.tgenabled as enabled,
      p.prosrc ~* 'raise exception' as refuses
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace join pg_proc p on p.oid = t.tgfoid join pg_namespace pn on pn.oid = p.pronamespace where not t.tgisinternal`);
  const found = new Map(rows.map((row) => [`${row.place} ${row.name}`, row]));
  const wanted = [
    ...expected,
    ...partitions.flatMap(
      ({ place }) =>
        [
          [place, "no_change", always.refuse],
          [place, "no_truncate", always.refuse],
        ] as const,
    ),
  ];
  for (const [place, name, calls] of wanted) {
    const trigger = found.get(`${place} ${name}`);
    guards.looked();
    if (!trigger) guards.wrong(`The trigger ${name} on ${place} is missing.`);
    else if (trigger.enabled !== "A")
      guards.wrong(
        `The trigger ${name} on ${place} is ${trigger.enabled === "D" ? "off" : "not always on"}.`,
      );
    else if (trigger.calls !== calls || !trigger.refuses)
      guards.wrong(`The trigger ${name} on ${place} does not refuse any more.`);
  }
  await checkRights(pool, guards);
}

async function checkRights(pool: Database["pool"], guards: Checks["guards"]): Promise<void> {
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
  guards.looked();
  if (role?.superuser)
    guards.wrong(`Chancery works as the superuser ${role.who}: the database refuses it nothing.`);
  else if (role && (role.changes || role.inserts || role.inbox))
    guards.wrong(
      `The role ${role.who} that Chancery works as may write to the log past the inbox.`,
    );
}
