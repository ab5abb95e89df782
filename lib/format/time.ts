export type Instant = Date | string | number;

const minute = 60;
const hour = 3600;
const day = 86_400;
const steps = [
  { below: 2 * hour, size: minute, unit: "minute" },
  { below: 2 * day, size: hour, unit: "hour" },
  { below: 100 * day, size: day, unit: "day" },
  { below: 730 * day, size: 30.4375 * day, unit: "month" },
  { below: Infinity, size: 365.25 * day, unit: "year" },
] as const;

function millisecondsOf(at: Instant): number {
  const value = at instanceof Date ? at.getTime() : new Date(at).getTime();
  if (Number.isNaN(value)) throw new RangeError("not a time");
  return value;
}

/**
 * A relative time: `just now`, `4 minutes ago`, `in 89 days`. Whole units, rounded toward zero. A unit
 * begins with two of it, so that what is earlier never reads as later; days
 * up to 100.
 */
export function formatRelative(at: Instant, now: Instant): string {
  const seconds = (millisecondsOf(at) - millisecondsOf(now)) / 1000;
  const distance = Math.abs(seconds);
  if (distance < minute) return seconds > 20 ? "in under a minute" : "just now";
  const step = steps.find((row) => distance < row.below) ?? steps[4];
  const count = Math.max(1, Math.floor(distance / step.size));
  const text = `${count} ${step.unit}${count === 1 ? "" : "s"}`;
  return seconds < 0 ? `${text} ago` : `in ${text}`;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(zone: string): Intl.DateTimeFormat {
  const cached = formatters.get(zone);
  if (cached) return cached;
  const formatter = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    timeZoneName: "longOffset",
    era: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  formatters.set(zone, formatter);
  return formatter;
}

type ClockParts = Readonly<{ date: string; time: string; offset: string }>;

function partsIn(at: Instant, zone: string): ClockParts {
  const date = new Date(millisecondsOf(at));
  if (zone === "UTC") {
    const [days = "", clock = ""] = date.toISOString().split("T");
    return { date: days, time: clock.slice(0, 8), offset: "UTC" };
  }
  const part = Object.fromEntries(
    formatterFor(zone)
      .formatToParts(date)
      .map(({ type, value }) => [type, value]),
  );
  const offset = (part["timeZoneName"] ?? "").replace("GMT", "") || "+00:00";
  return {
    date: `${(part["year"] ?? "").padStart(4, "0")}-${part["month"]}-${part["day"]}`,
    time: `${part["hour"]}:${part["minute"]}:${part["second"]}`,
    offset,
  };
}

/** To the second with its offset: `2026-11-23 02:38:07 UTC`, or `… +01:00` in another IANA zone. */
export function formatExact(at: Instant, zone = "UTC"): string {
  const { date, time, offset } = partsIn(at, zone);
  return `${date} ${time} ${offset}`;
}

/** To the minute with its offset: `2026-11-23 02:38 UTC`. */
export function formatMinute(at: Instant, zone = "UTC"): string {
  const { date, time, offset } = partsIn(at, zone);
  return `${date} ${time.slice(0, 5)} ${offset}`;
}

/** The calendar day in that zone: `2026-11-23`. */
export function formatDay(at: Instant, zone = "UTC"): string {
  return partsIn(at, zone).date;
}

/** For machines (`<time datetime>`): ISO 8601 in UTC, whole seconds. */
export function formatIso(at: Instant): string {
  return `${new Date(millisecondsOf(at)).toISOString().slice(0, -5)}Z`;
}

/** The same, and null for what has no time. */
export const formatIsoOrNull = (at: Instant | null | undefined): string | null =>
  at === null || at === undefined ? null : formatIso(at);

/** True if this runtime supports the IANA time zone: a cookie may contain anything. */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
