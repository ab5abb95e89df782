import type { Database } from "@/lib/db/database";
import { lockRetryMs, lockSessionSettings } from "@/lib/db/lock-session";

/** How often a process that doesn't lead tries to. */
export const attemptEveryMs = lockRetryMs;

/**
 * A database session that can hold one advisory lock. PostgreSQL releases the lock when the session
 * ends: as soon as the process dies, and within seconds after it hangs or loses the network. Calling
 * `tryLock` again keeps the session and checks the connection.
 */
export type LockSession = Readonly<{ tryLock: () => Promise<boolean>; close: () => void }>;

/** Opens a dedicated session for the lock of this name. `onLost` is called if the connection breaks. */
export async function openLockSession(
  db: Database,
  name: string,
  onLost: () => void,
): Promise<LockSession> {
  const client = await db.pool.connect();
  let open = true;
  let held = false;
  const close = (): void => {
    if (!open) return;
    open = false;
    // Destroyed rather than returned to the pool, where it would keep holding the lock.
    client.release(true);
  };
  client.on("error", () => {
    close();
    onLost();
  });
  try {
    await client.query(lockSessionSettings);
  } catch (error) {
    close();
    throw error;
  }
  const tryLock = async (): Promise<boolean> => {
    const text = held
      ? "select true as locked"
      : "select pg_try_advisory_lock(hashtextextended($1, 0)) as locked";
    const { rows } = await client.query<{ locked: boolean }>(text, held ? [] : [name]);
    held = rows[0]?.locked ?? false;
    return held;
  };
  return { tryLock, close };
}
