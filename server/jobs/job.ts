import { dayMs } from "@/lib/format/time-units";
import { type Logger, errorText } from "@/lib/runtime/logger";

export type Job = Readonly<{
  /** Runs the job soon (after `afterMs`), or once more if it is running. */
  trigger: (afterMs?: number) => void;
  /** Waits for the current run and starts no other. */
  stop: () => Promise<void>;
}>;

export type JobOptions = Readonly<{
  name: string;
  log: Logger;
  /**
   * One run; returns in how many milliseconds the next is due. A run that throws is retried with
   * growing pauses.
   */
  work: () => Promise<number>;
  /** Longest pause between retries. */
  maxRetryMs?: number;
}>;

const maxDelayMs = dayMs;

/**
 * Starts a recurring job: it never runs twice at once, a failure is logged once and retried, and a
 * trigger during a run is not lost.
 */
export function startJob({ name, log, work, maxRetryMs = 30_000 }: JobOptions): Job {
  let timer: NodeJS.Timeout | undefined,
    due = Infinity,
    running: Promise<void> | null = null,
    stopped = false,
    failures = 0;

  const schedule = (ms: number): void => {
    const at = performance.now() + Math.min(Math.max(ms, 0), maxDelayMs);
    if (stopped || running !== null || at >= due) {
      if (running !== null) due = Math.min(due, at);
      return;
    }
    clearTimeout(timer);
    due = at;
    timer = setTimeout(run, Math.max(0, at - performance.now()));
  };
  const runOnce = async (): Promise<void> => {
    let next: number;
    try {
      next = await work();
      if (failures > 0) log.info(`${name}: recovered`);
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === 1 || failures % 20 === 0) log.warn(`${name}: ${errorText(error)}; retrying`);
      next = Math.min(250 * 2 ** Math.min(failures - 1, 10), maxRetryMs);
    }
    const triggeredAt = due;
    running = null;
    due = Infinity;
    schedule(Math.min(next, triggeredAt - performance.now()));
  };
  const run = (): void => {
    if (stopped) return;
    due = Infinity;
    running = runOnce();
  };
  schedule(0);
  return {
    trigger: (afterMs = 0) => schedule(afterMs),
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
