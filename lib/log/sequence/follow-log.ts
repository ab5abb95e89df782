import type { Database } from "@/lib/runtime/deps";
import { type NumberedEntry, readEntry } from "@/lib/log/read-entry";
import type { Running } from "./leader";

export type LogFollower = Running &
  Readonly<{ /** The number of the next entry to read. */ position: () => number }>;
export type LogReaderOptions = Readonly<{
  /** The reader's name in error messages. */
  name: string;
  /** The number of the first entry to read. */
  from: number;
  /**
   * Called with every entry once, in order, a batch at a time. If it throws, the same batch is
   * delivered again a second later.
   */
  onEntries: (entries: readonly NumberedEntry[]) => void | Promise<void>;
  /** False while the reader may be behind, true once it has caught up. Called on changes only. */
  onState?: (upToDate: boolean) => void;
  onError?: (error: unknown) => void;
}>;

const maxBatch = 1_000;
const pollIntervalMs = 1_000;
const disconnectedPollIntervalMs = 200;

/**
 * Reads the log by number as it grows. The sequencer's notifications wake the reader; it also
 * polls, in case a notification is lost.
 */
export function followLog(
  db: Database,
  { name, from, onEntries, onState, onError }: LogReaderOptions,
): LogFollower {
  let next = from;
  let stopped = false;
  let isListening = false;
  let reportedState: boolean | null = null;
  const signal = makeWakeSignal();
  const reportState = (upToDate: boolean): void => {
    if (reportedState === upToDate) return;
    reportedState = upToDate;
    onState?.(upToDate);
  };
  const listener = db.listen("chancery_log", signal.notify, (connected) => {
    isListening = connected;
    if (connected) signal.notify();
    else reportState(false);
  });
  const readAll = async (): Promise<void> => {
    for (let more = true; more && !stopped;) {
      const entries = await readBatch(db, next);
      const last = entries.at(-1);
      if (last === undefined) return;
      await onEntries(entries);
      next = last.seq + 1;
      more = entries.length === maxBatch;
    }
  };

  const run = async (): Promise<void> => {
    while (!stopped) {
      const wasListening = isListening;
      signal.reset();
      try {
        await readAll();
        if (wasListening && isListening) reportState(true);
        await signal.wait(isListening ? pollIntervalMs : disconnectedPollIntervalMs);
      } catch (error) {
        reportState(false);
        onError?.(
          new Error(`The log reader ${name} failed at entry ${next} and will retry.`, {
            cause: error,
          }),
        );
        signal.reset();
        await signal.wait(pollIntervalMs);
      }
    }
  };
  const running = run();
  return {
    position: () => next,
    stop: async () => {
      stopped = true;
      signal.stop();
      await listener.close();
      await running;
    },
  };
}

async function readBatch(db: Database, from: number): Promise<NumberedEntry[]> {
  const { rows } = await db.pool.query<{ seq: string; entry_id: string; entry: Buffer }>({
    name: "log-follow",
    text: "select seq, entry_id, entry from tlog.entry where seq >= $1 order by seq limit $2",
    values: [from, maxBatch],
  });
  return rows.map((row) => ({ seq: Number(row.seq), ...readEntry(row.entry, row.entry_id) }));
}

type WakeSignal = Readonly<{
  /** Ends the current wait, or the next one if it was not reset before. */
  notify: () => void;
  reset: () => void;
  wait: (timeoutMs: number) => Promise<void>;
  /** Ends the current wait and all that follow. */
  stop: () => void;
}>;

function makeWakeSignal(): WakeSignal {
  let notified = false;
  let stopped = false;
  let wake: (() => void) | null = null;
  return {
    notify: () => {
      notified = true;
      wake?.();
    },
    reset: () => {
      notified = false;
    },
    wait: (timeoutMs) =>
      new Promise((resolve) => {
        if (notified || stopped) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          wake = null;
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        wake = done;
      }),
    stop: () => {
      stopped = true;
      wake?.();
    },
  };
}
