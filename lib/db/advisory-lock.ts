import type { Database } from "./database";

/**
 * Runs `work` while no other process holds the PostgreSQL advisory lock of this name; waits for it.
 * The lock belongs to a connection, so a process that dies releases it.
 */
export async function withAdvisoryLock<T>(
  db: Database,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const client = await db.pool.connect();
  try {
    await client.query("select pg_advisory_lock(hashtextextended($1, 0))", [name]);
    const result = await work();
    await client.query("select pg_advisory_unlock(hashtextextended($1, 0))", [name]);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
