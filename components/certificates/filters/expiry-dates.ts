import { dayMs } from "@/lib/format/time-units";

const isDay = /^\d{4}-\d{2}-\d{2}$/;

/** The start of a day in UTC as a filter has it; null if it is no day of the calendar. */
function startOf(day: string): number | null {
  const ms = isDay.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== day ? null : ms;
}

/** A time with its zone, as a link may have it, is taken as it is. */
const isTime = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text));

const iso = (ms: number): string => new Date(ms).toISOString();

/** From the start of a day on, as the filter `expiresAfter`; null if it is neither day nor time. */
export function afterOf(day: string): string | null {
  if (isTime(day)) return day;
  const start = startOf(day);
  return start === null ? null : iso(start);
}

/** Until the end of a day, as the filter `expiresBefore`; null if it is neither day nor time. */
export function beforeOf(day: string): string | null {
  if (isTime(day)) return day;
  const start = startOf(day);
  return start === null ? null : iso(start + dayMs);
}

const isMidnight = (ms: number): boolean => !Number.isNaN(ms) && ms % dayMs === 0;

/** `expiresAfter` as its day, if it is the start of one; otherwise as it is. */
export function dayFrom(after: string): string {
  const ms = Date.parse(after);
  return isMidnight(ms) ? iso(ms).slice(0, 10) : after;
}

/** `expiresBefore` as its last day, if it is the end of one; otherwise as it is. */
export function dayUntil(before: string): string {
  const ms = Date.parse(before);
  return isMidnight(ms) ? iso(ms - dayMs).slice(0, 10) : before;
}
