import { setTimeout as pause } from "node:timers/promises";
import type { Deps } from "@/lib/deps";

const LONGEST_WAIT_MS = 1_000,
  LOOK_EVERY_MS = 15;

/** The number of an entry that was just committed. Waits up to a second for the sequencer; null if it has none by then. */
export async function findEntrySeq(
  deps: Pick<Deps, "db">,
  entryId: string,
): Promise<number | null> {
  const giveUp = performance.now() + LONGEST_WAIT_MS;
  for (;;) {
    const { rows } = await deps.db.pool.query<{ seq: string }>({
      name: "log-entry-seq",
      text: "select seq from tlog.entry where entry_id = $1 limit 1",
      values: [entryId],
    });
    if (rows[0]) return Number(rows[0].seq);
    if (performance.now() >= giveUp) return null;
    await pause(LOOK_EVERY_MS);
  }
}
