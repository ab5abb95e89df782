import type { Deps } from "@/lib/deps";
import { openLockSession } from "@/lib/upkeep/leadership-repository";
import type { LockSession } from "@/lib/upkeep/leadership-repository";

export type Leadership = Readonly<{ leading: () => boolean; stop: () => Promise<void> }>;

const lookEveryMs = 2_000;

/**
 * Seeks to be the one process among all nodes that does the work of this name, for as long as it lives. `onChange` tells when it begins
 * and ends. Between a broken connection and its discovery two may lead for a moment: the work itself must bear that.
 */
export function seekLeadership(
  deps: Pick<Deps, "db">,
  name: string,
  onChange: (leading: boolean) => void,
): Leadership {
  let session: LockSession | null = null,
    leading = false,
    stopped = false,
    timer: NodeJS.Timeout | undefined;
  const set = (now: boolean): void => {
    if (leading === now) return;
    leading = now;
    onChange(now);
  };
  const lose = (): void => {
    session?.close();
    session = null;
    set(false);
  };
  const look = async (): Promise<void> => {
    try {
      session ??= await openLockSession(deps.db, name, lose);
      // Asked again while leading: a connection that hangs is found by its silence.
      const won = await session.tryLock();
      if (!stopped) set(won);
    } catch {
      lose();
    }
  };
  const round = async (): Promise<void> => {
    await look();
    if (stopped) lose();
    else
      timer = setTimeout(() => {
        running = round();
      }, lookEveryMs);
  };
  let running = round();
  return {
    leading: () => leading,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
      lose();
    },
  };
}
