import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Database } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { awaitIndexed } from "./await-indexed";
import { cursorOf, type Filter, filterOf } from "./filter";
import { countCap, type EntryPage, type EntryQuery } from "./schema";
import { recordOf, summaryOf } from "./summary";

/** The numbers that can match: from `low`, below `high`. */
export type Range = Readonly<{ low: number; high: number }>;
export type FoundEntry = Readonly<{ seq: number; leafHash: Buffer; entry: Buffer }>;

const BLOCK = 4_096;

/**
 * A page of the log that matches every filter, newest first unless asked otherwise, with counts and how complete the index is. Needs
 * audit.read. Waits up to a second so that what was committed before is found. Throws AppError `audit.query`, `audit.cursor`.
 */
export async function searchEntries(deps: Pick<Deps, "db">, actor: Actor, query: EntryQuery): Promise<EntryPage> {
  authorize(actor, "audit.read");
  const filter = filterOf(query);
  const { size, indexedTo } = await awaitIndexed(deps.db);
  const range = await rangeOf(deps.db, filter, indexedTo);
  const [found, total, reads] = await Promise.all([
    findEntries(deps.db, filter, range, filter.limit + 1),
    countEntries(deps.db, filter, range, countCap + 1),
    countEntries(deps.db, { ...filter, reads: "only" }, range, countCap + 1),
  ]);
  const items = found.slice(0, filter.limit).map(({ seq, entry }) => summaryOf(seq, recordOf(entry)));
  const last = items.at(-1);
  const nextCursor = found.length > filter.limit && last !== undefined ? cursorOf(filter.order, last.seq) : null;
  return { items, nextCursor, total: { count: Math.min(total, countCap), capped: total > countCap }, reads: Math.min(reads, countCap), indexedTo, size };
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
  return low && high ? { low: Number(low) * BLOCK, high: Math.min((Number(high) + 1) * BLOCK, indexedTo) } : { low: 0, high: 0 };
}

/** Acts and reads apart, as the indexes hold them; together they are what is asked for. */
const kindsOf = { include: ["not is_read", "is_read"], only: ["is_read"], exclude: ["not is_read"] } as const;

const whereOf = (filter: Filter, { low, high }: Range, kind: string): string => [`seq >= ${low}`, `seq < ${high}`, kind, ...filter.conditions].join(" and ");

/** The entries that match, in order, past the filter's cursor; only the few that are shown are read from the log itself. */
export async function findEntries(db: Database, filter: Filter, range: Range, limit: number): Promise<FoundEntry[]> {
  const { order, after } = filter;
  const rest = after === null ? range : order === "asc" ? { ...range, low: Math.max(range.low, after + 1) } : { ...range, high: Math.min(range.high, after) };
  const walks = kindsOf[filter.reads].map((kind) => `(select seq from tlog.search where ${whereOf(filter, rest, kind)} order by seq ${order} limit ${limit})`);
  const { rows } = await db.pool.query<{ seq: string; leaf_hash: Buffer; entry: Buffer }>(
    `with found as materialized (select seq from (${walks.join(" union all ")}) as walked order by seq ${order} limit ${limit})
     select e.seq, e.leaf_hash, e.entry from found join tlog.entry e using (seq) order by e.seq ${order}`,
    [...filter.values],
  );
  return rows.map((row) => ({ seq: Number(row.seq), leafHash: row.leaf_hash, entry: row.entry }));
}

/** How many match, counted no further than `most` of each kind; Infinity counts them all. */
export async function countEntries(db: Database, filter: Filter, range: Range, most: number): Promise<number> {
  const limit = Number.isFinite(most) ? `limit ${most}` : "";
  const counts = kindsOf[filter.reads].map((kind) => `(select count(*) from (select from tlog.search where ${whereOf(filter, range, kind)} ${limit}) as matching)`);
  const { rows } = await db.pool.query<{ count: string }>(`select ${counts.join(" + ")} as count`, [...filter.values]);
  return Number(rows[0]?.count ?? 0);
}
