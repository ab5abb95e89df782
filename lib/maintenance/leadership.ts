import type { Deps } from "@/lib/runtime/deps";
import { attemptEveryMs, openLockSession, type LockSession } from "./leadership-repository";

export type Leadership = Readonly<{ leading: () => boolean; stop: () => Promise<void> }>;

/** An attempt without an answer ends the term: the server has ended the session by then. */
const answerTimeoutMs = 8_000;

/**
 * Leader election: keeps trying to become the one process of all nodes that does the work of this
 * name. `onChange` is called when leadership is gained and lost. Two processes may lead for a moment
 * between a broken connection and its detection, so the work must tolerate that.
 */
export function seekLeadership(
  deps: Pick<Deps, "db">,
  name: string,
  onChange: (leading: boolean) => void,
): Leadership {
  let session: LockSession | null = null;
  let leading = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const setLeading = (isLeading: boolean): void => {
    if (leading === isLeading) return;
    leading = isLeading;
    onChange(isLeading);
  };
  const lose = (): void => {
    session?.close();
    session = null;
    setLeading(false);
  };
  const tryToLead = async (): Promise<void> => {
    try {
      session ??= await openLockSession(deps.db, name, lose);
      // Repeated while leading: it keeps the session, and detects a connection that hangs.
      const won = await answered(session.tryLock());
      if (!stopped) setLeading(won);
    } catch {
      lose();
    }
  };
  const loop = async (): Promise<void> => {
    await tryToLead();
    if (stopped) lose();
    else
      timer = setTimeout(() => {
        running = loop();
      }, attemptEveryMs);
  };
  let running = loop();
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

async function answered<T>(asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(reject, answerTimeoutMs, new Error("the database does not answer"));
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
