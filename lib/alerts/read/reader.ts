import { setImmediate as rest } from "node:timers/promises";
import type { LogRow } from "@/lib/log/reader";
import { recordOf } from "@/lib/log/summary";
import { judge, type Pace } from "./judge";
import { loadMemory, trim, type Memory } from "./memory";
import { prepare } from "./prepare";
import { readEntries } from "./state-repository";
import { takeJudged, type TakeDeps } from "./take-batch";

export type AlertReader = Readonly<{
  /** Takes the next entries, at most a batch of them; returns how many, and how many alerts they opened. */
  readOn: () => Promise<Readonly<{ read: number; opened: number }>>;
}>;

/** A page is parsed in one go, so it is short. */
const largestBatch = 1_000,
  page = 200;

/**
 * Reads the log by number with the rules, each entry exactly once, whoever is killed in the middle: what a batch leads to is committed together
 * with how far it got. Several may run at once; only one gets on with each batch, and the others notice and begin where it stands.
 */
export function makeAlertReader(deps: TakeDeps, elapsed: () => number): AlertReader {
  const pace: Pace = { elapsed, rest: () => rest() };
  let memory: Memory | null = null;
  return {
    readOn: async () => {
      const held = memory ?? (await loadMemory(deps));
      // Whatever goes wrong from here on, the memory may be ahead of the database.
      memory = null;
      const rows = await readRows(deps, held.upto),
        last = rows.at(-1);
      if (last === undefined) {
        memory = held;
        return { read: 0, opened: 0 };
      }
      await prepare(deps, held, rows);
      const judged = await judge(held, rows, pace),
        to = last.seq + 1;
      await rest();
      const opened = await takeJudged(deps, { from: held.upto, to }, judged);
      held.upto = to;
      trim(held);
      memory = held;
      return { read: rows.length, opened };
    },
  };
}

async function readRows(deps: TakeDeps, from: number): Promise<LogRow[]> {
  const rows: LogRow[] = [];
  for (let more = true; more && rows.length < largestBatch;) {
    const raw = await readEntries(deps.db, from + rows.length, page);
    for (const { seq, entry } of raw) rows.push({ seq, record: recordOf(entry) });
    more = raw.length === page;
  }
  return rows;
}
