import { closeDatabase, openDatabase } from "@/lib/db/database";

/**
 * Runs one statement as the superuser: what an attacker with full power over the database can do.
 */
export async function asSuperuser(superUrl: string, sql: string): Promise<void> {
  const owner = openDatabase(superUrl, { max: 1 });
  try {
    await owner.pool.query(sql);
  } finally {
    await closeDatabase(owner);
  }
}

/**
 * Runs statements as the superuser with every trigger of these tables and every foreign key off,
 * and puts the triggers back.
 */
export async function withoutTriggers(
  superUrl: string,
  tables: readonly string[],
  statements: readonly string[],
): Promise<void> {
  const enable = `do $$ declare t record; begin
    for t in select tgrelid::regclass as place, tgname from pg_trigger
      where not tgisinternal and tgrelid::regclass::text = any('{${tables.join()}}')
    loop execute format('alter table %s enable always trigger %I', t.place, t.tgname); end loop; end $$`;
  await asSuperuser(
    superUrl,
    [
      "begin; set local session_replication_role = replica",
      ...tables.map((table) => `alter table ${table} disable trigger user`),
      ...statements,
      enable,
      "commit",
    ].join("; "),
  );
}
