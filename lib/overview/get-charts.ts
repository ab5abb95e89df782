import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { formatIso } from "@/lib/format/time";
import { dayMs } from "@/lib/format/time-units";
import type { Deps } from "@/lib/runtime/deps";
import { countDenied, countExpirations } from "./charts-repository";
import type { DeniedDay, ExpiryByWeek, ExpiryWeek } from "./schema";

const weekCount = 13,
  dayCount = 30;
const weekMs = 7 * dayMs;

type ChartDeps = Pick<Deps, "db" | "clock">;

const todayOf = ({ clock }: ChartDeps): number => Math.floor(clock.now().getTime() / dayMs) * dayMs;

/** Valid certificates by week of expiration, for a quarter from today on. */
export async function getExpiryByWeek(deps: ChartDeps, actor: Actor): Promise<ExpiryByWeek> {
  authorize(actor, "overview.read");
  const start = todayOf(deps);
  const counts = await countExpirations(deps.db, {
    now: deps.clock.now(),
    start: new Date(start),
    weeks: weekCount,
  });
  const countOf = (week: number, successor?: string): number =>
    counts
      .filter((row) => row.week === week && (successor ?? row.successor) === row.successor)
      .reduce((sum, { count }) => sum + count, 0);
  const weeks = Array.from({ length: weekCount }, (_, week): ExpiryWeek => {
    const from = start + week * weekMs;
    return {
      from: formatIso(new Date(from)),
      to: formatIso(new Date(from + weekMs)),
      none: countOf(week, "none"),
      issued: countOf(week, "issued"),
      automatic: countOf(week, "automatic"),
    };
  });
  return { weeks, later: countOf(weekCount) };
}

/** Denied requests on each of the last thirty days, today last. For those who may read the log. */
export async function getDeniedByDay(deps: ChartDeps, actor: Actor): Promise<readonly DeniedDay[]> {
  authorize(actor, "audit.read");
  const first = todayOf(deps) - (dayCount - 1) * dayMs;
  const counts = await countDenied(deps.db, new Date(first));
  return Array.from({ length: dayCount }, (_, n) => {
    const day = new Date(first + n * dayMs).toISOString().slice(0, 10);
    return { day, denied: counts.get(day) ?? 0 };
  });
}
