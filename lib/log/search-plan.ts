import type { Database } from "@/lib/db/database";
import type { Condition, Filter } from "./filter";

/** The numbers that can match: from `low`, below `high`. */
export type Range = Readonly<{ low: number; high: number }>;

/**
 * How to look. The planner's figures know neither how columns go together nor how common the beginning of a word is, and a wrong guess
 * costs seconds among millions of entries; so a look at the next few thousand decides:
 * - ordered: one condition at most, which has an index in the order of the log;
 * - walk: matches are common, so go through the log in order and test each entry;
 * - gather: matches are rare, so find them all through the index of the rarest condition and sort.
 */
export type Plan = Readonly<{
  kind: "ordered" | "walk" | "gather";
  rarest: number;
  shareOfSample: number;
}>;

const SAMPLE = 4_000;
export const walkPlan: Plan = { kind: "walk", rarest: 0, shareOfSample: 1 };

/** Acts and reads apart, as the indexes hold them. */
export const kindsOf = { include: ["acts", "reads"], only: ["reads"], exclude: ["acts"] } as const;
export type Kind = (typeof kindsOf)["include"][number];

/** Chooses by the first entries of the range in the filter's order. `enough`: so many matches among them make a walk worth it. */
export async function choosePlan(
  db: Database,
  filter: Filter,
  range: Range,
  enough: number,
): Promise<Plan> {
  const { conditions, reads, order, values } = filter;
  if (conditions.length === 0 || (conditions.length === 1 && !conditions[0]?.words))
    return { kind: "ordered", rarest: 0, shareOfSample: 0 };
  const tests = conditions.map(bothKinds);
  const times = timesOf(filter),
    all = [...tests, ...times].join(" and ");
  const { rows } = await db.pool.query<Record<string, string>>(
    `select count(*) as "all", count(*) filter (where ${all}) as matching, ${tests.map((test, n) => `count(*) filter (where ${test}) as "${n}"`).join(", ")}
     from (select * from tlog.search where seq >= ${range.low} and seq < ${range.high} ${reads === "include" ? "" : reads === "only" ? "and is_read" : "and not is_read"}
       order by seq ${order} limit ${SAMPLE}) as sample`,
    [...values],
  );
  const counts = rows[0] ?? {},
    matching = Number(counts.matching);
  const rarest = conditions.reduce(
    (least, _, n) => (Number(counts[n]) < Number(counts[least]) ? n : least),
    0,
  );
  return {
    kind: matching >= enough ? "walk" : "gather",
    rarest,
    shareOfSample: matching / Math.max(1, Number(counts.all)),
  };
}

const bothKinds = ({ acts, reads }: Condition): string =>
  acts === reads ? acts : `case when is_read then ${reads} else ${acts} end`;

/** Written so that no index is used for it: the plan has chosen another way. */
const hidden = (condition: string): string => `(${condition}) is true`;

function timesOf({ from, until }: Filter): string[] {
  return [
    ...(from === null ? [] : [`ts >= '${from.toISOString()}'`]),
    ...(until === null ? [] : [`ts < '${until.toISOString()}'`]),
  ];
}

/** The conditions of one kind of entries, with what the plan hides from the planner. */
export function whereOf(filter: Filter, { low, high }: Range, kind: Kind, plan: Plan): string {
  const conditions = filter.conditions.map((condition, n) =>
    plan.kind === "walk" || (plan.kind === "gather" && condition.words && n !== plan.rarest)
      ? hidden(condition[kind])
      : condition[kind],
  );
  return [
    `seq >= ${low}`,
    `seq < ${high}`,
    kind === "reads" ? "is_read" : "not is_read",
    ...timesOf(filter),
    ...conditions,
  ].join(" and ");
}
