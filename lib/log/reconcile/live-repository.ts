import type { Database, PoolClient } from "@/lib/db/database";
import { recordOrNull } from "../live/record-or-null";
import type { Replayed } from "./fields";
import type { Noun, Row } from "./noun";

type Runner = Pick<PoolClient, "query">;

/** One moment of the database: all that is read in it belongs together. Kept short: while it lasts, the inbox cannot be tidied. */
export async function inSnapshot<T>(
  db: Database,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await db.pool.connect();
  let broken = true;
  try {
    await client.query("begin transaction isolation level repeatable read, read only");
    const result = await work(client);
    await client.query("commit");
    broken = false;
    return result;
  } finally {
    client.release(broken);
  }
}

export async function readSize(client: Runner): Promise<number> {
  const { rows } = await client.query<{ size: string }>("select size from tlog.head");
  return Number(rows[0]?.size ?? 0);
}

/** Entries from … below, in order; what cannot be read is left out. */
export async function readEntries(
  client: Runner,
  from: number,
  below: number,
): Promise<Replayed[]> {
  const { rows } = await client.query<{ seq: string; entry: Buffer }>({
    name: "reconcile-entries",
    text: "select seq, entry from tlog.entry where seq >= $1 and seq < $2 order by seq",
    values: [from, below],
  });
  return rows.flatMap(({ seq, entry }) => {
    const record = recordOrNull(entry);
    return record ? [{ seq: Number(seq), record }] : [];
  });
}

export async function readWaiting(client: Runner, ids: readonly string[]): Promise<Replayed[]> {
  const { rows } = await client.query<{ entry: Buffer }>("select entry from tlog.inbox_about($1)", [
    ids,
  ]);
  return rows.flatMap(({ entry }) => {
    const record = recordOrNull(entry);
    return record ? [{ seq: null, record }] : [];
  });
}

type Shape = Pick<Noun<unknown>, "columns" | "from" | "key">;

/** The next rows by key. */
export async function readPage(
  client: Runner,
  { columns, from, key }: Shape,
  after: string,
  limit: number,
): Promise<Row[]> {
  const { rows } = await client.query<Row>(
    `select ${columns} from ${from} where ${key} > $1 order by ${key} limit $2`,
    [after, limit],
  );
  return rows;
}

export async function readRows(
  client: Runner,
  { columns, from, key }: Shape,
  ids: readonly string[],
): Promise<Row[]> {
  const { rows } = await client.query<Row>(
    `select ${columns} from ${from} where ${key} = any($1)`,
    [ids],
  );
  return rows;
}
