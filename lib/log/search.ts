import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Database } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { awaitIndexed } from "./await-indexed";
import { cursorOf, type Filter, filterOf } from "./filter";
import { countCap, type EntryPage, type EntryQuery } from "./schema";
import { choosePlan, type Kind, kindsOf, type Plan, type Range, whereOf } from "./search-plan";
import { recordOf, summaryOf } from "./summary";

export type FoundEntry = Readonly<{ seq: number; leafHash: Buffer; entry: Buffer }>;

const BLOCK = 4_096,
  LONGEST_WALK = 100_000;

/**
 * A page of the log that matches every filter, newest first unless asked otherwise, with counts and how complete the index is. Needs
 * audit.read. Waits up to a second so that what was committed before is found. Throws AppError `audit.query`, `audit.cursor`.
 */
export async function searchEntries(
  deps: Pick<Deps, "db">,
  actor: Actor,
  query: EntryQuery,
): Promise<EntryPage> {
  authorize(actor, "audit.read");
  const filter = filterOf(query);
  const { size, indexedTo } = await awaitIndexed(deps.db);
  const range = await rangeOf(deps.db, filter, indexedTo);
  const rest = restOf(filter, range);
  const [found, total, reads] = await Promise.all([
    choosePlan(deps.db, filter, rest, filter.limit + 1).then((plan) =>
      findEntries(deps.db, filter, rest, filter.limit + 1, plan),
    ),
    countUpToCap(deps.db, filter, range),
    filter.reads === "only" ? null : countUpToCap(deps.db, { ...filter, reads: "only" }, range),
  ]);
  const items = found
    .slice(0, filter.limit)
    .map(({ seq, entry }) => summaryOf(seq, recordOf(entry)));
  const last = items.at(-1);
  const nextCursor =
    found.length > filter.limit && last !== undefined ? cursorOf(filter.order, last.seq) : null;
  return {
    items,
    nextCursor,
    total: { count: Math.min(total, countCap), capped: total > countCap },
    reads: Math.min(reads ?? total, countCap),
    indexedTo,
    size,
  };
}

/** The numbers that a filter's times leave, by the blocks' first and last times; exact to a block, and never too narrow. */
export async function rangeOf(db: Database, filter: Filter, indexedTo: number): Promise<Range> {
  if (filter.from === null && filter.until === null) return { low: 0, high: indexedTo };
  const { rows } = await db.pool.query<{ low: string | null; high: string | null }>({
    name: "log-range",
    text: `select min(block) as low, max(block) as high from tlog.span where ($1::timestamptz is null or last_ts >= $1) and ($2::timestamptz is null or first_ts < $2)`,
    values: [filter.from, filter.until],
  });
  const { low, high } = rows[0] ?? {};
  return low && high
    ? { low: Number(low) * BLOCK, high: Math.min((Number(high) + 1) * BLOCK, indexedTo) }
    : { low: 0, high: 0 };
}

/** What is left of a range past the filter's cursor. */
export function restOf({ order, after }: Filter, range: Range): Range {
  if (after === null) return range;
  return order === "asc"
    ? { ...range, low: Math.max(range.low, after + 1) }
    : { ...range, high: Math.min(range.high, after) };
}

/** The query for the numbers of the first entries of a range that match, in order; its parameters are the filter's values. */
export function findNumbers(filter: Filter, range: Range, limit: number, plan: Plan): string {
  const { order, reads } = filter;
  // A sum is no index's order: it keeps the planner from walking the log for what is rare.
  const by = plan.kind === "gather" ? "seq + 0" : "seq";
  const walks = kindsOf[reads].map(
    (kind) =>
      `(select seq from tlog.search where ${whereOf(filter, range, kind, plan)} order by ${by} ${order} limit ${limit})`,
  );
  return `select seq from (${walks.join(" union all ")}) as walked order by seq ${order} limit ${limit}`;
}

/** The first entries of a range that match, in order; only the few that are shown are read from the log itself. */
export async function findEntries(
  db: Database,
  filter: Filter,
  range: Range,
  limit: number,
  plan: Plan,
): Promise<FoundEntry[]> {
  const { rows } = await db.pool.query<{ seq: string; leaf_hash: Buffer; entry: Buffer }>(
    `with found as materialized (${findNumbers(filter, range, limit, plan)})
     select e.seq, e.leaf_hash, e.entry from found join tlog.entry e using (seq) order by e.seq ${filter.order}`,
    [...filter.values],
  );
  return rows.map((row) => ({ seq: Number(row.seq), leafHash: row.leaf_hash, entry: row.entry }));
}

/** How many match, all of them. */
export async function countEntries(db: Database, filter: Filter, range: Range): Promise<number> {
  const plan = await choosePlan(db, filter, range, Infinity);
  return countWith(
    db,
    filter,
    (kind) => `select from tlog.search where ${whereOf(filter, range, kind, plan)}`,
  );
}

/** How many match, counted of each kind no further than one past the cap. */
async function countUpToCap(db: Database, filter: Filter, range: Range): Promise<number> {
  const plan = await choosePlan(db, filter, range, Infinity);
  if (plan.shareOfSample * LONGEST_WALK > countCap) {
    // Common at this end of the log, so the cap is soon reached; if not after all, the indexes do it.
    const near =
      filter.order === "asc"
        ? { ...range, high: Math.min(range.high, range.low + LONGEST_WALK) }
        : { ...range, low: Math.max(range.low, range.high - LONGEST_WALK) };
    const walked = await countWith(
      db,
      filter,
      (kind) =>
        `select from tlog.search where ${whereOf(filter, near, kind, { ...plan, kind: "walk" })} limit ${countCap + 1}`,
    );
    if (walked > countCap) return walked;
  }
  return countWith(
    db,
    filter,
    (kind) =>
      `select from tlog.search where ${whereOf(filter, range, kind, plan)} limit ${countCap + 1}`,
  );
}

async function countWith(
  db: Database,
  filter: Filter,
  matching: (kind: Kind) => string,
): Promise<number> {
  const counts = kindsOf[filter.reads].map(
    (kind) => `(select count(*) from (${matching(kind)}) as matching)`,
  );
  const { rows } = await db.pool.query<{ count: string }>(`select ${counts.join(" + ")} as count`, [
    ...filter.values,
  ]);
  return Number(rows[0]?.count ?? 0);
}
