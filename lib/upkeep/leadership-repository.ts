import type { Database } from "@/lib/db/database";

/** A database session that may hold one advisory lock. The lock ends with the session, however the process dies. Asking again is a sign of life. */
export type LockSession = Readonly<{ tryLock: () => Promise<boolean>; close: () => void }>;

/** Opens a session of its own for the lock of this name; `onLost` is called if the connection breaks. */
export async function openLockSession(
  db: Database,
  name: string,
  onLost: () => void,
): Promise<LockSession> {
  const client = await db.pool.connect();
  let open = true,
    held = false;
  const close = (): void => {
    if (!open) return;
    open = false;
    // Destroyed, not given back: a pooled connection would carry the lock on.
    client.release(true);
  };
  client.on("error", () => {
    close();
    onLost();
  });
  const tryLock = async (): Promise<boolean> => {
    const text = held
      ? "select true as won"
      : "select pg_try_advisory_lock(hashtextextended($1, 0)) as won";
    const { rows } = await client.query<{ won: boolean }>(text, held ? [] : [name]);
    held = rows[0]?.won ?? false;
    return held;
  };
  return { tryLock, close };
}
