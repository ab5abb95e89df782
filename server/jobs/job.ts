import { reasonOf } from "@/server/listeners/door-log";
import type { DoorLog } from "@/server/listeners/door-log";

export type Job = Readonly<{
  /** Runs it soon (after `afterMs`), or once more if it runs just now. */
  nudge: (afterMs?: number) => void;
  /** Lets the running turn end and never starts another. */
  stop: () => Promise<void>;
}>;

export type JobParts = Readonly<{
  name: string;
  log: DoorLog;
  /** One turn; returns after how many milliseconds the next is due. A turn that throws is repeated, sooner at first. */
  work: () => Promise<number>;
  /** Longest pause after failures. */
  maxRetryMs?: number;
}>;

const longest = 86_400_000;

/** Work that comes round: never two turns at once, a failure is said once and retried, a nudge during a turn is not lost. */
export function startJob({ name, log, work, maxRetryMs = 30_000 }: JobParts): Job {
  let timer: NodeJS.Timeout | undefined,
    due = Infinity,
    running: Promise<void> | null = null,
    stopped = false,
    failures = 0;

  const schedule = (ms: number): void => {
    const at = performance.now() + Math.min(Math.max(ms, 0), longest);
    if (stopped || running !== null || at >= due) {
      if (running !== null) due = Math.min(due, at);
      return;
    }
    clearTimeout(timer);
    due = at;
    timer = setTimeout(run, at - performance.now());
  };
  const turn = async (): Promise<void> => {
    let next: number;
    try {
      next = await work();
      if (failures > 0) log.info(`${name}: works again`);
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === 1 || failures % 20 === 0)
        log.warn(`${name}: ${reasonOf(error)}; trying again`);
      next = Math.min(250 * 2 ** Math.min(failures - 1, 10), maxRetryMs);
    }
    const nudged = due;
    running = null;
    due = Infinity;
    schedule(Math.min(next, nudged - performance.now()));
  };
  const run = (): void => {
    if (stopped) return;
    due = Infinity;
    running = turn();
  };
  schedule(0);
  return {
    nudge: (afterMs = 0) => schedule(afterMs),
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
