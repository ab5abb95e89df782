import type { Database } from "@/lib/db/database";

/** Tells how far the log is indexed, to many at once. */
export type Pulse = Readonly<{
  /** How far it is when it has passed `upTo`, or after `ms` in any case. Rejects with the signal's reason. */
  past: (upTo: number, ms: number, signal: AbortSignal) => Promise<number>;
}>;

type Waiter = Readonly<{ upTo: number; wake: (reached: number) => void }>;

const LOOK_EVERY_MS = 100;
const pulses = new WeakMap<Database["pool"], Pulse>();

/** One look for everybody who follows the log in this process, ten times a second and only while somebody waits. */
export function pulseOf({ pool }: Pick<Database, "pool">): Pulse {
  const known = pulses.get(pool);
  if (known) return known;
  const waiting = new Set<Waiter>();
  let timer: NodeJS.Timeout | null = null,
    reached = 0;
  const look = async (): Promise<number> => {
    const { rows } = await pool.query<{ upto: string }>({
      name: "log-pulse",
      text: "select upto from tlog.indexed",
    });
    return Number(rows[0]?.upto ?? 0);
  };
  const beat = async (): Promise<void> => {
    // While the database is away each waits as long as it said.
    reached = await look().catch(() => reached);
    for (const waiter of waiting) if (waiter.upTo < reached) waiter.wake(reached);
    timer = null;
    schedule();
  };
  const schedule = (): void => {
    if (timer === null && waiting.size > 0) timer = setTimeout(() => void beat(), LOOK_EVERY_MS);
  };
  const past: Pulse["past"] = (upTo, ms, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(late);
        waiting.delete(waiter);
        signal.removeEventListener("abort", give);
      };
      const wake = (upTo: number): void => {
        stop();
        resolve(upTo);
      };
      const give = (): void => {
        stop();
        reject(signal.reason as Error);
      };
      const waiter: Waiter = { upTo, wake },
        late = setTimeout(() => wake(reached), ms);
      if (signal.aborted) return give();
      signal.addEventListener("abort", give, { once: true });
      waiting.add(waiter);
      schedule();
    });
  const made: Pulse = { past };
  pulses.set(pool, made);
  return made;
}
