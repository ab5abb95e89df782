import type { Database, PoolClient } from "./database";

/**
 * Runs `work` in one read-only snapshot of the database: all that it reads is of the same moment.
 * Keep it short: what is deleted meanwhile can't be vacuumed.
 */
export async function withSnapshot<T>(
  { pool }: Pick<Database, "pool">,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
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
