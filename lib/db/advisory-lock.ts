import type { Database } from "./database";
import { lockHeartbeatMs, lockSessionSettings } from "./lock-session";

const waitMs = 100;

/**
 * Runs `work` while no other process holds the PostgreSQL advisory lock of this name; waits for it.
 * The lock belongs to a connection: a process that dies releases it at once, and one that hangs
 * within seconds. `work` must stand that another process begins before it has ended then.
 */
export async function withAdvisoryLock<T>(
  db: Database,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const client = await db.pool.connect();
  let heartbeat: NodeJS.Timeout | undefined;
  // A session that the server ends while `work` runs must not end the process.
  client.on("error", () => {});
  try {
    await client.query(lockSessionSettings);
    // Asked again and again: a statement that waits would run into the statement timeout.
    const tryLock = "select pg_try_advisory_lock(hashtextextended($1, 0)) as locked";
    while (!(await client.query<{ locked: boolean }>(tryLock, [name])).rows[0]?.locked)
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    heartbeat = setInterval(() => {
      client.query("select 1").catch(() => {});
    }, lockHeartbeatMs);
    return await work();
  } finally {
    clearInterval(heartbeat);
    // Discarded with its lock and its settings.
    client.release(true);
  }
}
