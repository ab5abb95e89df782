import { createHash } from "node:crypto";
import type { Database } from "@/lib/db/database";

/**
 * A function, trigger, constraint, rule, list of columns or of privileges of Chancery's schemas, or
 * a setting of the server, the database or a role that changes what statements mean.
 */
export type CatalogObject = Readonly<{
  /** `function tlog.halt(jsonb)`, `trigger needs_entry on public.account` … */
  name: string;
  digest: string;
  /** Another major version of PostgreSQL may print the same definition differently. */
  printed: boolean;
}>;

const ours = "n.nspname in ('public', 'tlog', 'intake', 'custody', 'signer')";
const notExtension = (oid: string): string =>
  `not exists (select from pg_depend d where d.objid = ${oid} and d.deptype = 'e')`;

// Privileges of the owner are left out, and reading by roles that Chancery doesn't know: an operator
// may have given them to a reporting tool.
const aclText = (acl: string, owner: string): string => `coalesce((
  select string_agg(line, ',' order by line) from (
    select case when x.grantee = 0 then 'public' else pg_get_userbyid(x.grantee)::text end || ' ' || x.privilege_type
      || case when x.is_grantable then ' grantable' else '' end as line
    from aclexplode(${acl}) x where x.grantee <> ${owner}
  ) a where line ~ '^(public|chancery_app|chancery_signer) ' or line !~ ' (SELECT|USAGE|EXECUTE)$'), '')`;

// The partitions of the log are checked one by one elsewhere. The table of migrations decides nothing,
// and a copy for a drill has none.
const selectObjects = `
  select 'function ' || p.oid::regprocedure as name, pg_get_function_sqlbody(p.oid) is not null as printed,
    concat_ws('|', l.lanname, p.prokind, p.prosecdef, p.provolatile, p.proisstrict, p.proleakproof, p.proparallel, p.prorettype::regtype,
      array_to_string(p.proconfig, ';'), p.prosrc, pg_get_function_sqlbody(p.oid)) as definition
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang where ${ours} and (${notExtension("p.oid")} or l.lanname <> 'c' or p.probin !~ '^[$]libdir/[a-z_]+$')
  union all
  select 'columns of ' || c.oid::regclass, false, c.relkind::text || ' ' || string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, a.attidentity, a.attcollation::regcollation), ', ' order by a.attname)
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where ${ours} and c.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0 and not a.attisdropped and not c.relispartition and c.relname <> '_prisma_migrations' and ${notExtension("c.oid")} group by c.oid, c.relkind
  union all
  select 'default of ' || c.oid::regclass || '.' || a.attname, true, pg_get_expr(d.adbin, d.adrelid)
    from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum join pg_class c on c.oid = d.adrelid join pg_namespace n on n.oid = c.relnamespace
    where ${ours} and not c.relispartition and c.relname <> '_prisma_migrations'
  union all
  select 'event trigger ' || e.evtname, false, concat_ws('|', e.evtevent, e.evtenabled, e.evtfoid::regprocedure) from pg_event_trigger e
  union all
  select 'setting ' || split_part(line, '=', 1) || ' of ' || coalesce(r.rolname::text, 'every role'), false, line
    from pg_db_role_setting s cross join unnest(s.setconfig) line left join pg_roles r on r.oid = s.setrole
    where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
      and split_part(line, '=', 1) in ('search_path', 'session_replication_role', 'row_security', 'session_preload_libraries', 'local_preload_libraries', 'dynamic_library_path')
  union all
  select 'setting ' || name || ' of the server', false, reset_val from pg_settings
    where name in ('search_path', 'session_replication_role', 'row_security') and reset_val <> boot_val
  union all
  select 'trigger ' || t.tgname || ' on ' || c.oid::regclass, false,
    concat_ws('|', t.tgenabled, t.tgtype, t.tgfoid::regprocedure, t.tgdeferrable, t.tginitdeferred, t.tgnargs, t.tgqual is not null,
      (select string_agg(a.attname, ',' order by a.attname) from pg_attribute a where a.attrelid = c.oid and a.attnum = any(t.tgattr)))
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where ${ours} and not t.tgisinternal and not c.relispartition
  union all
  select 'condition of trigger ' || t.tgname || ' on ' || c.oid::regclass, true, pg_get_triggerdef(t.oid)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where ${ours} and t.tgqual is not null and not t.tgisinternal and not c.relispartition
  union all
  select 'foreign key triggers of ' || c.oid::regclass, false, string_agg(t.tgenabled::text || ' ' || t.tgfoid::regprocedure::text, ',' order by t.tgenabled::text || ' ' || t.tgfoid::regprocedure::text)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where ${ours} and t.tgisinternal and not c.relispartition group by c.oid
  union all
  select 'constraint ' || k.conname || ' on ' || c.oid::regclass, true, concat_ws('|', pg_get_constraintdef(k.oid), k.condeferrable, k.condeferred)
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where ${ours} and k.contype <> 'n' and not c.relispartition and c.relname <> '_prisma_migrations'
  union all
  select 'unique index ' || i.indexrelid::regclass, true, concat_ws('|', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indimmediate)
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
    where ${ours} and i.indisunique and not c.relispartition and c.relname <> '_prisma_migrations'
  union all
  select 'rule ' || r.rulename || ' on ' || c.oid::regclass, true, pg_get_ruledef(r.oid)
    from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace where ${ours} and ${notExtension("c.oid")}
  union all
  select 'privileges on ' || c.oid::regclass, false, ${aclText("coalesce(c.relacl, acldefault('r', c.relowner))", "c.relowner")} || '|' || c.relrowsecurity
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${ours} and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition and c.relname <> '_prisma_migrations' and ${notExtension("c.oid")}
  union all
  select 'privileges on columns of ' || c.oid::regclass, false, string_agg(a.attname || ': ' || ${aclText("a.attacl", "c.relowner")}, '; ' order by a.attname)
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where ${ours} and a.attacl is not null and not c.relispartition group by c.oid
  union all
  select 'privileges on function ' || p.oid::regprocedure, false, ${aclText("coalesce(p.proacl, acldefault('f', p.proowner))", "p.proowner")}
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${ours} and ${notExtension("p.oid")}
  union all
  select 'privileges on schema ' || n.nspname, false, ${aclText("coalesce(n.nspacl, acldefault('n', n.nspowner))", "n.nspowner")}
    from pg_namespace n where ${ours}
  order by 1`;

/** Every object that decides what the database refuses, with the major version of the server. */
export async function readCatalog({
  pool,
}: Pick<Database, "pool">): Promise<
  Readonly<{ server: number; objects: readonly CatalogObject[] }>
> {
  const client = await pool.connect();
  try {
    await client.query("begin read only");
    // Names are printed with their schema only where it is not searched.
    await client.query("set local search_path = pg_catalog");
    const { rows } = await client.query<{
      name: string;
      definition: string | null;
      printed: boolean;
    }>(selectObjects);
    const version = await client.query<{ major: number }>(
      "select current_setting('server_version_num')::int / 10000 as major",
    );
    return {
      server: version.rows[0]?.major ?? 0,
      objects: rows.map(({ name, definition, printed }) => ({
        name,
        printed,
        digest: createHash("sha256")
          .update(definition ?? "")
          .digest("hex")
          .slice(0, 16),
      })),
    };
  } finally {
    await client.query("rollback").catch(() => undefined);
    client.release();
  }
}
