import type { PoolClient } from "@/lib/db/database";
import { readEntry } from "@/lib/log/read-entry";
import type { ReplayedEntry } from "./fields";
import type { EntityType, EntityRow } from "./entity-type";

type Queryable = Pick<PoolClient, "query">;

export async function readSize(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ size: string }>("select size from tlog.head");
  return Number(rows[0]?.size ?? 0);
}

/** Entries `from` to `below - 1`, in order; unreadable ones are left out. */
export async function readEntries(
  client: Queryable,
  from: number,
  below: number,
): Promise<ReplayedEntry[]> {
  const { rows } = await client.query<{ seq: string; entry_id: string; entry: Buffer }>({
    name: "reconcile-entries",
    text: "select seq, entry_id, entry from tlog.entry where seq >= $1 and seq < $2 order by seq",
    values: [from, below],
  });
  return rows.flatMap(({ seq, entry_id: id, entry }) => {
    const reading = readEntry(entry, id);
    return reading.readable ? [{ seq: Number(seq), record: reading.record }] : [];
  });
}

/** The entries in the inbox about these targets, in order. */
export async function readInboxEntries(
  client: Queryable,
  ids: readonly string[],
): Promise<ReplayedEntry[]> {
  const { rows } = await client.query<{ entry_id: string; entry: Buffer }>(
    "select entry_id, entry from tlog.inbox_about($1)",
    [ids],
  );
  return rows.flatMap(({ entry_id: id, entry }) => {
    const reading = readEntry(entry, id);
    return reading.readable ? [{ seq: null, record: reading.record }] : [];
  });
}

type EntitySql = Pick<EntityType<unknown>, "columns" | "from" | "key">;

/** The next rows after a key, in key order. */
export async function readRowsAfter(
  client: Queryable,
  { columns, from, key }: EntitySql,
  after: string,
  limit: number,
): Promise<EntityRow[]> {
  const { rows } = await client.query<EntityRow>(
    `select ${columns} from ${from} where ${key} > $1 order by ${key} limit $2`,
    [after, limit],
  );
  return rows;
}

export async function readRowsById(
  client: Queryable,
  { columns, from, key }: EntitySql,
  ids: readonly string[],
): Promise<EntityRow[]> {
  const { rows } = await client.query<EntityRow>(
    `select ${columns} from ${from} where ${key} = any($1)`,
    [ids],
  );
  return rows;
}

/** The public key (SubjectPublicKeyInfo) in an authority's row. */
export async function readAuthorityKey(
  client: Queryable,
  authorityId: string,
): Promise<Buffer | null> {
  const { rows } = await client.query<{ spki: Buffer }>(
    "select k.spki_der as spki from authority a join signing_key k on k.id = a.key_id where a.id = $1",
    [authorityId],
  );
  return rows[0]?.spki ?? null;
}
