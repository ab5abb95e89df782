import type { Database } from "@/lib/db/database";
import { makeCheck } from "./live/problems";
import { makeSourceCheck } from "./live/check-sources";
import { makePacer } from "./live/pace";
import { readPage } from "./live/read-page";

const PAGE = 1_000,
  MOST_MORE = 5_000;

/**
 * The first entries of the log for a copy that is sound in itself: as many as asked, and a few more where a heartbeat among them speaks of
 * entries that stand a little after it.
 */
export async function readFirstEntries(
  db: Pick<Database, "pool">,
  count: number,
): Promise<{ bytes: Uint8Array; id: string }[]> {
  const found: { bytes: Uint8Array; id: string }[] = [],
    sources = makeSourceCheck({ sources: makeCheck() }),
    pacer = makePacer();
  while (found.length < count || (sources.anyMissing() && found.length < count + MOST_MORE)) {
    const rows = await readPage(
      db,
      found.length,
      found.length + (found.length < count ? Math.min(PAGE, count - found.length) : 100),
      pacer,
    );
    if (rows.length === 0) break;
    for (const { seq, entry, entryId, record } of rows) {
      found.push({ bytes: entry, id: entryId ?? "" });
      if (record) sources.take(seq, record);
    }
  }
  return found;
}
