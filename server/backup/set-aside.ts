import type pg from "pg";
import { quoted } from "./read-tables";

const schemas = "n.nspname in ('public', 'tlog', 'intake', 'custody', 'signer')";

type Trigger = Readonly<{ place: string; name: string; enabled: "O" | "D" | "R" | "A" }>;
type Definition = Readonly<{ place: string; name: string; definition: string }>;

/**
 * Disables the triggers of Chancery's tables and drops foreign keys and plain indexes, so that rows
 * can be filled in at any order and speed. Needs the tables' owner and a transaction. Returns what
 * makes everything as it was, checking each foreign key against all rows.
 */
export async function setAside(client: pg.ClientBase): Promise<() => Promise<void>> {
  const triggers = await readTriggers(client);
  const foreignKeys = await readForeignKeys(client);
  const indexes = await readIndexes(client);
  const places = [...new Set(triggers.map(({ place }) => place))];
  for (const place of places) await client.query(`alter table ${place} disable trigger user`);
  for (const { place, name } of foreignKeys)
    await client.query(`alter table ${place} drop constraint ${quoted(name)}`);
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  return async () => {
    for (const { definition } of indexes) await client.query(definition);
    for (const { place, name, definition } of foreignKeys)
      await client.query(`alter table ${place} add constraint ${quoted(name)} ${definition}`);
    for (const { place, name, enabled } of triggers)
      await client.query(`alter table ${place} ${howEnabled[enabled]} trigger ${quoted(name)}`);
  };
}

const howEnabled = { O: "enable", D: "disable", R: "enable replica", A: "enable always" } as const;

/** Also those of each partition, which has its own. */
async function readTriggers(client: pg.ClientBase): Promise<Trigger[]> {
  const { rows } = await client.query<Trigger>(
    `select t.tgrelid::regclass::text as place, t.tgname::text as name, t.tgenabled::text as enabled
      from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
      where ${schemas} and not t.tgisinternal order by c.relkind = 'r', 1, 2`,
  );
  return rows;
}

async function readForeignKeys(client: pg.ClientBase): Promise<Definition[]> {
  const { rows } = await client.query<Definition>(
    `select k.conrelid::regclass::text as place, k.conname::text as name, pg_get_constraintdef(k.oid) as definition
      from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
      where ${schemas} and k.contype = 'f' and k.conparentid = 0 order by 1, 2`,
  );
  return rows;
}

/** Indexes that only make reading faster. One of a partitioned table stands for its partitions'. */
async function readIndexes(client: pg.ClientBase): Promise<Definition[]> {
  const { rows } = await client.query<Definition>(
    `select i.indrelid::regclass::text as place, i.indexrelid::regclass::text as name,
        replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') as definition
      from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
      where ${schemas} and not i.indisunique and not i.indisexclusion and not x.relispartition order by 1, 2`,
  );
  return rows;
}
