import type { Database } from "@/lib/runtime/deps";
import type { Condition, Filter } from "./filter";

/** Entry numbers from `low` to `high - 1`. */
export type Range = Readonly<{ low: number; high: number }>;

/**
 * How to search. PostgreSQL's statistics cover neither the correlation of columns nor the frequency
 * of word prefixes, and a wrong plan takes seconds with millions of entries. So a sample of the next
 * few thousand entries decides:
 * - ordered: at most one condition, which has an index in log order;
 * - walk: matches are common, so walk the log in order and test each entry;
 * - gather: matches are rare, so find them through the index of the rarest condition, and sort.
 */
export type Plan = Readonly<{
  kind: "ordered" | "walk" | "gather";
  rarest: number;
  shareOfSample: number;
}>;

const sampleSize = 4_000;
export const walkPlan: Plan = { kind: "walk", rarest: 0, shareOfSample: 1 };

/** The kinds of entries by the filter's `reads`; the indexes hold the kinds separately. */
export const kindsByReads = {
  include: ["actions", "reads"],
  only: ["reads"],
  exclude: ["actions"],
} as const;
export type Kind = (typeof kindsByReads)["include"][number];

/**
 * Chooses a plan from a sample of the range, in the filter's order. With `walkThreshold` matches in
 * the sample, a walk is cheaper.
 */
export async function choosePlan(
  db: Database,
  filter: Filter,
  range: Range,
  walkThreshold: number,
): Promise<Plan> {
  const { conditions, reads, order, values } = filter;
  if (conditions.length === 0 || (conditions.length === 1 && !conditions[0]?.words))
    return { kind: "ordered", rarest: 0, shareOfSample: 0 };
  const tests = conditions.map(bothKindsSql);
  const times = timeConditions(filter);
  const all = [...tests, ...times].join(" and ");
  const { rows } = await db.pool.query<Record<string, string>>(
    `select count(*) as "all", count(*) filter (where ${all}) as matching, ${tests.map((test, n) => `count(*) filter (where ${test}) as "${n}"`).join(", ")}
     from (select * from tlog.search where seq >= ${range.low} and seq < ${range.high} ${reads === "include" ? "" : reads === "only" ? "and is_read" : "and not is_read"}
       order by seq ${order} limit ${sampleSize}) as sample`,
    [...values],
  );
  const counts = rows[0] ?? {};
  const matching = Number(counts.matching);
  const rarest = conditions.reduce(
    (least, _, n) => (Number(counts[n]) < Number(counts[least]) ? n : least),
    0,
  );
  return {
    kind: matching >= walkThreshold ? "walk" : "gather",
    rarest,
    shareOfSample: matching / Math.max(1, Number(counts.all)),
  };
}

const bothKindsSql = ({ actions, reads }: Condition): string =>
  actions === reads ? actions : `case when is_read then ${reads} else ${actions} end`;

/** Hides a condition from the planner, so that it uses no index for it. */
const withoutIndex = (condition: string): string => `(${condition}) is true`;

function timeConditions({ from, until }: Filter): string[] {
  return [
    ...(from === null ? [] : [`ts >= '${from.toISOString()}'`]),
    ...(until === null ? [] : [`ts < '${until.toISOString()}'`]),
  ];
}

/** The where clause for one kind of entries, with some conditions hidden from the planner. */
export function whereSql(filter: Filter, { low, high }: Range, kind: Kind, plan: Plan): string {
  const conditions = filter.conditions.map((condition, n) =>
    plan.kind === "walk" || (plan.kind === "gather" && condition.words && n !== plan.rarest)
      ? withoutIndex(condition[kind])
      : condition[kind],
  );
  return [
    `seq >= ${low}`,
    `seq < ${high}`,
    kind === "reads" ? "is_read" : "not is_read",
    ...timeConditions(filter),
    ...conditions,
  ].join(" and ");
}
