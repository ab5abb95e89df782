import type { Database } from "@/lib/runtime/deps";

/** Watches how far the log is indexed, on behalf of many waiters. */
export type IndexPoller = Readonly<{
  /**
   * Resolves with how far the index is once it has passed `upTo`, or after `timeoutMs`. Rejects
   * with the signal's reason.
   */
  waitPast: (upTo: number, timeoutMs: number, signal: AbortSignal) => Promise<number>;
}>;

type Waiter = Readonly<{ upTo: number; resume: (reached: number) => void }>;

const pollIntervalMs = 100;
const pollers = new WeakMap<Database["pool"], IndexPoller>();

/** The poller of this process: one query for all waiters, ten times a second while there are any. */
export function getIndexPoller({ pool }: Pick<Database, "pool">): IndexPoller {
  const existing = pollers.get(pool);
  if (existing) return existing;
  const waiters = new Set<Waiter>();
  let timer: NodeJS.Timeout | null = null;
  let reached = 0;
  const readIndexedTo = async (): Promise<number> => {
    const { rows } = await pool.query<{ upto: string }>({
      name: "log-pulse",
      text: "select upto from tlog.indexed",
    });
    return Number(rows[0]?.upto ?? 0);
  };
  const poll = async (): Promise<void> => {
    // While the database is unreachable every waiter runs into its timeout.
    reached = await readIndexedTo().catch(() => reached);
    for (const waiter of waiters) if (waiter.upTo < reached) waiter.resume(reached);
    timer = null;
    schedule();
  };
  const schedule = (): void => {
    if (timer === null && waiters.size > 0) timer = setTimeout(() => void poll(), pollIntervalMs);
  };
  const waitPast: IndexPoller["waitPast"] = (upTo, timeoutMs, signal) =>
    new Promise((resolve, reject) => {
      const cleanUp = (): void => {
        clearTimeout(timeout);
        waiters.delete(waiter);
        signal.removeEventListener("abort", abort);
      };
      const resume = (indexedTo: number): void => {
        cleanUp();
        resolve(indexedTo);
      };
      const abort = (): void => {
        cleanUp();
        reject(signal.reason as Error);
      };
      const waiter: Waiter = { upTo, resume };
      const timeout = setTimeout(() => resume(reached), timeoutMs);
      if (signal.aborted) return abort();
      signal.addEventListener("abort", abort, { once: true });
      waiters.add(waiter);
      schedule();
    });
  const poller: IndexPoller = { waitPast };
  pollers.set(pool, poller);
  return poller;
}
