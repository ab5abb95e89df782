import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";

import { toEntrySummary } from "@/lib/log/entry-summary";
import { countCap, type EntryPage, type EntryQuery } from "@/lib/log/schema";
import { findPage } from "@/lib/log/segments/find-entries";
import { readStoredRows } from "@/lib/log/segments/find-rows";
import { findTimeRange } from "@/lib/log/segments/time-range";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import { formatCursor, parseFilter, searchOf } from "./filter";
import { countSkippedEntries } from "./skipped-entries";

/**
 * A page of entries that match all filters, newest first by default, with counts and the progress of
 * the index. Waits up to a second so that entries committed before the call are found. Needs
 * audit.read. Throws AppError `audit.query`, `audit.cursor`.
 */
export async function searchEntries(
  deps: Pick<Deps, "db">,
  actor: Actor,
  query: EntryQuery,
): Promise<EntryPage> {
  authorize(actor, "audit.read");
  const filter = parseFilter(query);
  const { limit, order, reads: show } = filter;
  const { size, indexedTo } = await awaitIndexed(deps.db);
  const range = { low: 0, high: indexedTo };
  const search = searchOf({ ...filter, reads: "include" }, range);
  const [found, unreadable] = await Promise.all([
    findPage(deps.db, search, {
      show,
      allReads: filter.allReads,
      after: filter.after,
      limit: limit + 1,
      cap: countCap,
    }),
    findTimeRange(deps.db, search).then((times) => countSkippedEntries(deps.db, times)),
  ]);
  const rows = await readStoredRows(deps.db, found.numbers.slice(0, limit), order);
  const items = rows.map(toEntrySummary);
  const last = items.at(-1);
  const hasMore = found.numbers.length > limit && last !== undefined;
  return {
    items,
    nextCursor: hasMore ? formatCursor(order, last.seq) : null,
    total: { count: Math.min(found.total, countCap), capped: found.total > countCap },
    reads: Math.min(found.reads, countCap),
    indexedTo,
    size,
    unreadable,
  };
}
