import { factRun } from "@/lib/log/pure/search-tokens";
import { readEntry } from "@/lib/log/read-entry";
import { findRows } from "@/lib/log/segments/find-rows";
import type { Deps } from "@/lib/runtime/deps";

/** So many entries are looked at for one that can be read. */
const lookedAt = 20;

/** When the newest backup was made that the audit log knows of; null if there is none. */
export async function findLastBackup({
  db,
}: Readonly<{ db: Pick<Deps["db"], "pool"> }>): Promise<Date | null> {
  const made = { all: [[factRun("action", "backup.made")]] };
  const rows = await findRows(db, made, lookedAt);
  const times = rows.flatMap(({ entry, entry_id: id }) => {
    const reading = readEntry(entry, id);
    return reading.readable ? [new Date(reading.record.ts)] : [];
  });
  return times[0] ?? null;
}
