import { dayMs, hourMs } from "@/lib/format/time-units";

/** Periods by name, as people choose them instead of two times. Calendar ones are in UTC. */
export const periods = [
  "hour",
  "24h",
  "7d",
  "30d",
  "90d",
  "today",
  "this-month",
  "last-month",
  "this-quarter",
  "last-quarter",
  "this-year",
] as const;
export type Period = (typeof periods)[number];

export const periodLabels: Readonly<Record<Period, string>> = {
  hour: "Last hour",
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
  "90d": "Last 90 days",
  today: "Today (UTC)",
  "this-month": "This month",
  "last-month": "Last month",
  "this-quarter": "This quarter",
  "last-quarter": "Last quarter",
  "this-year": "This year",
};

const lengths: Partial<Readonly<Record<Period, number>>> = {
  hour: hourMs,
  "24h": dayMs,
  "7d": 7 * dayMs,
  "30d": 30 * dayMs,
  "90d": 90 * dayMs,
};

/** When a period begins and, if it is over, its last millisecond; ISO 8601 in UTC. */
export function timesOfPeriod(
  period: Period,
  now: Date,
): Readonly<{ from: string; to: string | null }> {
  const length = lengths[period];
  const start = length === undefined ? startOf(period, now) : now.getTime() - length;
  const end = period.startsWith("last-") ? startOf(period.replace("last", "this"), now) : null;
  return {
    from: new Date(start).toISOString(),
    to: end === null ? null : new Date(end - 1).toISOString(),
  };
}

/** The first moment of a calendar period. */
function startOf(period: string, now: Date): number {
  const year = now.getUTCFullYear();
  const month = now.getUTCMonth();
  const quarter = month - (month % 3);
  if (period === "today") return Date.UTC(year, month, now.getUTCDate());
  if (period === "this-year") return Date.UTC(year, 0);
  if (period === "this-quarter") return Date.UTC(year, quarter);
  if (period === "last-quarter") return Date.UTC(year, quarter - 3);
  return Date.UTC(year, period === "last-month" ? month - 1 : month);
}

type Times = Readonly<{
  period?: Period | "" | undefined;
  from?: string | undefined;
  to?: string | undefined;
}>;

/**
 * A query with its period replaced by `from` and `to`, so that every later reader of it means the
 * same times. Times that are given with a period narrow it.
 */
export function withoutPeriod<Q extends Times>(
  { period, ...query }: Q,
  now: Date,
): Omit<Q, "period"> {
  if (!period) return query;
  const { from, to } = timesOfPeriod(period, now);
  return { ...query, from: query.from || from, ...(query.to || to ? { to: query.to || to } : {}) };
}
