import type { RolePrivileges, TablePrivileges } from "./privilege-types";

const columnList = (columns: readonly string[]): string =>
  `(${columns.map((column) => `"${column}"`).join(", ")})`;

const columnsOf = (columns: "all" | readonly string[]): string =>
  columns === "all" ? "" : ` ${columnList(columns)}`;

function tableGrants({ select, insert, update, ...whole }: TablePrivileges): string[] {
  return [
    ...(select ? [`select${columnsOf(select)}`] : []),
    ...(insert ? [`insert${columnsOf(insert)}`] : []),
    ...(update ? [`update ${columnList(update)}`] : []),
    ...(whole.delete ? ["delete"] : []),
    ...(whole.maintain ? ["maintain"] : []),
  ];
}

/**
 * The statements that leave a role exactly these privileges on these tables, and let it call these
 * functions, which nobody else may. Functions are granted by name, whatever their arguments.
 */
export function privilegeStatements(
  role: string,
  { tables, functions }: Pick<RolePrivileges, "tables" | "functions">,
): string[] {
  const { "public._prisma_migrations": migrations, ...others } = tables;
  return [
    ...Object.entries(others).flatMap(([table, granted]) => [
      `revoke all on ${table} from ${role};`,
      `grant ${tableGrants(granted).join(", ")} on ${table} to ${role};`,
    ]),
    // Absent in the shadow databases of migrate dev.
    ...(migrations
      ? [
          `do $$ begin
  if to_regclass('public._prisma_migrations') is not null then
    revoke all on public._prisma_migrations from ${role};
    grant select on public._prisma_migrations to ${role};
  end if;
end $$;`,
        ]
      : []),
    `do $$
declare f regprocedure;
begin
  for f in select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('tlog', 'custody', 'intake') loop
    execute format('revoke all on function %s from public', f);
  end loop;
  for f in select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname || '.' || p.proname = any('{${functions.join(", ")}}') loop
    execute format('grant execute on function %s to ${role}', f);
  end loop;
end $$;`,
  ];
}
