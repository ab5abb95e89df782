import type { Database } from "@/lib/runtime/deps";
import { readEntry } from "@/lib/log/read-entry";
import { clockToleranceMs } from "@/lib/log/live/check-clocks";

/** An entry that is dated well before an earlier one. */
type ClockStep = Readonly<{ seq: number; at: Date; earlierSeq: number; earlierAt: Date }>;

const latestEntries = 500;

/**
 * The latest entry that is dated well before an earlier one, among the latest 500; null if there is
 * none. The verification looks at all entries; this is for an alert as soon as it happens.
 */
export async function findClockStep({ pool }: Pick<Database, "pool">): Promise<ClockStep | null> {
  const { rows } = await pool.query<{ seq: string; entry_id: string; entry: Buffer }>({
    name: "latest-entry-times",
    text: "select seq, entry_id, entry from tlog.entry where seq >= (select size from tlog.head) - $1::int order by seq",
    values: [latestEntries],
  });
  let newest: Readonly<{ seq: number; at: number }> | null = null;
  let found: ClockStep | null = null;
  for (const { seq, entry_id: id, entry } of rows) {
    const reading = readEntry(entry, id);
    if (!reading.readable) continue;
    const at = Date.parse(reading.record.ts);
    if (newest !== null && newest.at - at > clockToleranceMs)
      found = {
        seq: Number(seq),
        at: new Date(at),
        earlierSeq: newest.seq,
        earlierAt: new Date(newest.at),
      };
    if (newest === null || at > newest.at) newest = { seq: Number(seq), at };
  }
  return found;
}
