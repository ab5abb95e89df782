import type { Database } from "@/lib/db/database";
import type { Running } from "./sequencer";
import { recordOf } from "./summary";
import type { EntryRecord } from "./types";

export type LogRow = Readonly<{ seq: number; record: EntryRecord }>;
export type Follow = Readonly<{
  /** For error messages. */
  name: string;
  /** The number of the first entry wanted. */
  from: number;
  /** Gets every entry once, in order, a batch at a time. If it throws, the same batch comes again a second later. */
  onEntries: (rows: readonly LogRow[]) => void | Promise<void>;
  /** False while entries may be missed, true again once everything up to now was handed over. */
  onState?: (hearing: boolean) => void;
  onError?: (error: unknown) => void;
}>;

const LARGEST_BATCH = 1_000,
  LOOK_EVERY_MS = 1_000,
  DEAF_LOOK_EVERY_MS = 200;

/** Reads the log by number as it grows: told by the sequencer, and looking for itself in case that is not heard. */
export function followLog(
  db: Database,
  { name, from, onEntries, onState, onError }: Follow,
): Running {
  let next = from,
    stopped = false,
    heard = false,
    listening = false,
    told: boolean | null = null;
  let wake: (() => void) | null = null;
  const nudge = (): void => {
    heard = true;
    wake?.();
  };
  const tell = (hearing: boolean): void => {
    if (told !== hearing) {
      told = hearing;
      onState?.(hearing);
    }
  };
  const listener = db.listen("chancery_log", nudge, (connected) => {
    listening = connected;
    if (connected) nudge();
    else tell(false);
  });

  const takeAll = async (): Promise<void> => {
    for (let more = true; more && !stopped;) {
      const { rows } = await db.pool.query<{ seq: string; entry: Buffer }>({
        name: "log-follow",
        text: "select seq, entry from tlog.entry where seq >= $1 order by seq limit $2",
        values: [next, LARGEST_BATCH],
      });
      const last = rows.at(-1);
      if (last === undefined) return;
      await onEntries(rows.map((row) => ({ seq: Number(row.seq), record: recordOf(row.entry) })));
      next = Number(last.seq) + 1;
      more = rows.length === LARGEST_BATCH;
    }
  };

  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (heard || stopped) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      wake = done;
    });

  const run = async (): Promise<void> => {
    while (!stopped) {
      const wasListening = listening;
      heard = false;
      try {
        await takeAll();
        if (wasListening && listening) tell(true);
        await rest(listening ? LOOK_EVERY_MS : DEAF_LOOK_EVERY_MS);
      } catch (error) {
        tell(false);
        onError?.(
          new Error(`The reader ${name} stopped at entry ${next} and tries again.`, {
            cause: error,
          }),
        );
        heard = false;
        await rest(LOOK_EVERY_MS);
      }
    }
  };

  const running = run();
  return {
    stop: async () => {
      stopped = true;
      wake?.();
      await listener.close();
      await running;
    },
  };
}
