import type { PoolClient } from "pg";
import type { Database } from "./database";
import { makeClient } from "./single-client";

type SqlQuery = Readonly<{ text: string; values: readonly unknown[] }>;

/**
 * Runs a query that is canceled, also on the server, when `signal` is aborted; its connection is
 * released. Throws the signal's reason then.
 */
export async function queryWithAbort<Row extends object>(
  db: Pick<Database, "pool">,
  signal: AbortSignal,
  { text, values }: SqlQuery,
): Promise<Row[]> {
  signal.throwIfAborted();
  const client = await db.pool.connect();
  const cancel = (): void => void cancelQuery(db, client).catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  try {
    signal.throwIfAborted();
    return (await client.query<Row>(text, [...values])).rows;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", cancel);
    // A cancellation may still be in flight and must not hit the connection's next user.
    client.release(signal.aborted);
  }
}

/** Over a connection of its own: those of the pool may all be held by what is to be canceled. */
async function cancelQuery({ pool }: Pick<Database, "pool">, client: PoolClient): Promise<void> {
  const { processID } = client as unknown as { processID: number };
  const canceling = makeClient(pool.options.connectionString ?? "");
  try {
    await canceling.connect();
    await canceling.query("select pg_cancel_backend($1)", [processID]);
  } finally {
    await canceling.end();
  }
}
