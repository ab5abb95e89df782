import type { Database } from "@/lib/runtime/deps";
import type { Filter } from "./filter";
import { choosePlan, kindsByReads, type Range, whereSql } from "./search-plan";
import type { TimeSteps } from "./time-steps";

/** How many matches with each outcome fall into the step with this index. */
export type StepCount = Readonly<{ step: number; outcome: string; count: number }>;

/** The times of the first and the last match, in milliseconds; null if nothing matches. */
export async function findTimeSpan(
  db: Database,
  filter: Filter,
  range: Range,
): Promise<Readonly<{ first: number; last: number }> | null> {
  const { rows } = await db.pool.query<{ first: Date | null; last: Date | null }>(
    `select min(ts) as first, max(ts) as last from (${await matchesSql(db, filter, range)}) as matching`,
    [...filter.values],
  );
  const { first, last } = rows[0] ?? {};
  return first && last ? { first: first.getTime(), last: last.getTime() } : null;
}

/** Counts all matches by step of time and outcome. */
export async function countByTime(
  db: Database,
  filter: Filter,
  range: Range,
  { start, stepMs }: TimeSteps,
): Promise<StepCount[]> {
  const { rows } = await db.pool.query<{ step: number; outcome: string; count: string }>(
    `select floor((extract(epoch from ts) * 1000 - ${start}) / ${stepMs})::int as step, outcome, count(*) as count
     from (${await matchesSql(db, filter, range)}) as matching group by 1, 2`,
    [...filter.values],
  );
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}

async function matchesSql(db: Database, filter: Filter, range: Range): Promise<string> {
  const plan = await choosePlan(db, filter, range, Infinity);
  return kindsByReads[filter.reads]
    .map(
      (kind) => `select ts, outcome from tlog.search where ${whereSql(filter, range, kind, plan)}`,
    )
    .join(" union all ");
}
