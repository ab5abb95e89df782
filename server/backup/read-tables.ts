import type pg from "pg";

const schemas = "n.nspname in ('public', 'tlog', 'intake', 'custody', 'signer')";
const notExtension =
  "not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')";

/** A table whose rows are copied; a partitioned one stands for its partitions. */
export type Table = Readonly<{ name: string; columns: readonly string[] }>;

/** Every table of Chancery's, with the columns that are stored and not computed. */
export async function readTables(client: pg.ClientBase): Promise<Table[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `select n.nspname || '.' || c.relname as name, array(select a.attname::text from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attname) as columns
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where ${schemas} and c.relkind in ('r', 'p') and not c.relispartition and ${notExtension} order by 1`,
  );
  return rows;
}

/** Every sequence of Chancery's. */
export async function readSequences(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where ${schemas} and c.relkind = 'S' and ${notExtension} order by 1`,
  );
  return rows.map(({ name }) => name);
}

/** `schema.name` as an identifier in SQL. */
export const quoted = (name: string): string =>
  name
    .split(".")
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join(".");
