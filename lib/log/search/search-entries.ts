import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Database, Deps } from "@/lib/runtime/deps";

import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import { formatCursor, type Filter, parseFilter } from "./filter";
import { countCap, type EntryPage, type EntryQuery } from "@/lib/log/schema";
import {
  choosePlan,
  type Kind,
  kindsByReads,
  type Plan,
  type Range,
  whereSql,
} from "./search-plan";
import { storedColumns, type StoredRow, toEntrySummary } from "@/lib/log/entry-summary";
import { countSkippedEntries } from "./skipped-entries";

const entriesPerSpan = 4_096;
const maxWalk = 100_000;

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
  const { size, indexedTo } = await awaitIndexed(deps.db);
  const range = await findTimeRange(deps.db, filter, indexedTo);
  const remaining = rangeAfterCursor(filter, range);
  const [entries, total, reads, unreadable] = await Promise.all([
    choosePlan(deps.db, filter, remaining, filter.limit + 1).then((plan) =>
      findMatchingEntries(deps.db, filter, remaining, filter.limit + 1, plan),
    ),
    countUpToCap(deps.db, filter, range),
    filter.reads === "only" ? null : countUpToCap(deps.db, { ...filter, reads: "only" }, range),
    countSkippedEntries(deps.db, range),
  ]);
  const items = entries.slice(0, filter.limit).map(toEntrySummary);
  const last = items.at(-1);
  const nextCursor =
    entries.length > filter.limit && last !== undefined
      ? formatCursor(filter.order, last.seq)
      : null;
  return {
    items,
    nextCursor,
    total: { count: Math.min(total, countCap), capped: total > countCap },
    reads: Math.min(reads ?? total, countCap),
    indexedTo,
    size,
    unreadable,
  };
}

/**
 * The range of entry numbers that a filter's times allow, from the time spans of blocks: exact to a
 * block, never too narrow.
 */
export async function findTimeRange(
  db: Database,
  filter: Filter,
  indexedTo: number,
): Promise<Range> {
  if (filter.from === null && filter.until === null) return { low: 0, high: indexedTo };
  const { rows } = await db.pool.query<{ low: string | null; high: string | null }>({
    name: "log-range",
    text: `select min(block) as low, max(block) as high from tlog.span where ($1::timestamptz is null or last_ts >= $1) and ($2::timestamptz is null or first_ts < $2)`,
    values: [filter.from, filter.until],
  });
  const { low, high } = rows[0] ?? {};
  return low && high
    ? {
        low: Number(low) * entriesPerSpan,
        high: Math.min((Number(high) + 1) * entriesPerSpan, indexedTo),
      }
    : { low: 0, high: 0 };
}

/** The part of a range after the filter's cursor. */
export function rangeAfterCursor({ order, after }: Filter, range: Range): Range {
  if (after === null) return range;
  return order === "asc"
    ? { ...range, low: Math.max(range.low, after + 1) }
    : { ...range, high: Math.min(range.high, after) };
}

/** SQL for the numbers of the first matching entries of a range; its parameters: filter.values. */
export function matchingNumbersSql(
  filter: Filter,
  range: Range,
  limit: number,
  plan: Plan,
): string {
  const { order, reads } = filter;
  // No index has the order of a sum: this keeps the planner from walking the log for rare matches.
  const by = plan.kind === "gather" ? "seq + 0" : "seq";
  const walks = kindsByReads[reads].map(
    (kind) =>
      `(select seq from tlog.search where ${whereSql(filter, range, kind, plan)} order by ${by} ${order} limit ${limit})`,
  );
  return `select seq from (${walks.join(" union all ")}) as walked order by seq ${order} limit ${limit}`;
}

/** The first matching entries of a range, in order; only these are read from the log itself. */
export async function findMatchingEntries(
  db: Database,
  filter: Filter,
  range: Range,
  limit: number,
  plan: Plan,
): Promise<StoredRow[]> {
  const { rows } = await db.pool.query<StoredRow>(
    `with found as materialized (${matchingNumbersSql(filter, range, limit, plan)})
     select ${storedColumns} from found join tlog.entry e using (seq) order by e.seq ${filter.order}`,
    [...filter.values],
  );
  return rows;
}

/** Counts all matches. */
export async function countMatchingEntries(
  db: Database,
  filter: Filter,
  range: Range,
): Promise<number> {
  const plan = await choosePlan(db, filter, range, Infinity);
  return runCount(
    db,
    filter,
    (kind) => `select from tlog.search where ${whereSql(filter, range, kind, plan)}`,
  );
}

/** Counts matches up to one past the cap for each kind. */
async function countUpToCap(db: Database, filter: Filter, range: Range): Promise<number> {
  const plan = await choosePlan(db, filter, range, Infinity);
  if (plan.shareOfSample * maxWalk > countCap) {
    // Matches are common at this end of the log, so a walk should reach the cap soon; if it does
    // not, count by index.
    const near =
      filter.order === "asc"
        ? { ...range, high: Math.min(range.high, range.low + maxWalk) }
        : { ...range, low: Math.max(range.low, range.high - maxWalk) };
    const walked = await runCount(
      db,
      filter,
      (kind) =>
        `select from tlog.search where ${whereSql(filter, near, kind, { ...plan, kind: "walk" })} limit ${countCap + 1}`,
    );
    if (walked > countCap) return walked;
  }
  return runCount(
    db,
    filter,
    (kind) =>
      `select from tlog.search where ${whereSql(filter, range, kind, plan)} limit ${countCap + 1}`,
  );
}

async function runCount(
  db: Database,
  filter: Filter,
  matching: (kind: Kind) => string,
): Promise<number> {
  const counts = kindsByReads[filter.reads].map(
    (kind) => `(select count(*) from (${matching(kind)}) as matching)`,
  );
  const { rows } = await db.pool.query<{ count: string }>(`select ${counts.join(" + ")} as count`, [
    ...filter.values,
  ]);
  return Number(rows[0]?.count ?? 0);
}
