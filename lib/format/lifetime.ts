import { formatExactDuration, parseDuration } from "./duration";

/**
 * A lifetime as a form reads it. `default`: nothing was entered, so the profile decides. `until`: a
 * date, which stands for the last second of that day in UTC, or an exact time.
 */
export type Lifetime =
  | Readonly<{ kind: "default" }>
  | Readonly<{ kind: "span"; seconds: number }>
  | Readonly<{ kind: "until"; notAfter: string }>
  | Readonly<{ kind: "unreadable"; message: string }>;

const help =
  "Enter a lifetime, such as 90 days, 6 months or 1 year, or a date, such as 2027-06-30.";
const maxSeconds = 4_000_000_000;
const datePattern = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?\s*(?:Z|UTC)?)?$/i;

const unreadable = (message: string): Lifetime => ({ kind: "unreadable", message });

/**
 * Reads a lifetime as people write it: `90 days`, `6 months`, `90d`, `1 year`, a number of days
 * alone, `2027-06-30` (to the end of that day, UTC) or `2027-06-30 12:00` (UTC).
 */
export function readLifetime(text: string): Lifetime {
  const trimmed = text.trim();
  if (trimmed === "") return { kind: "default" };
  if (datePattern.test(trimmed)) return readDate(trimmed);
  const seconds = parseDuration(/^\d+$/.test(trimmed) ? `${trimmed} days` : trimmed);
  if (seconds === null) return unreadable(help);
  if (seconds < 1) return unreadable("Enter a lifetime of at least 1 second.");
  if (seconds > maxSeconds) return unreadable("Enter a lifetime of less than 100 years.");
  return { kind: "span", seconds };
}

function readDate(text: string): Lifetime {
  const [, year, month, day, hour = "23", minute = "59", second] = datePattern.exec(text) ?? [];
  const seconds = second ?? (text.length > 10 ? "00" : "59");
  const notAfter = `${year}-${month}-${day}T${hour}:${minute}:${seconds}Z`;
  const at = new Date(notAfter);
  // Date.parse takes 2027-02-30 for March 2.
  const isReal = !Number.isNaN(at.getTime()) && at.toISOString() === notAfter.replace("Z", ".000Z");
  return isReal ? { kind: "until", notAfter } : unreadable(`${text} is not a date. ${help}`);
}

/** The lifetime in words, exact to the second; null if it can't be read. */
export function describeLifetime(lifetime: Lifetime, defaultSeconds: number): string | null {
  switch (lifetime.kind) {
    case "default":
      return formatExactDuration(defaultSeconds);
    case "span":
      return formatExactDuration(lifetime.seconds);
    case "until":
      return `Until ${lifetime.notAfter.replace("T", " ").replace("Z", " UTC")}`;
    case "unreadable":
      return null;
  }
}

/**
 * When a certificate issued at `now` with this lifetime expires, by the clock of the caller; null if
 * it can't be read. Both ends of a validity count (RFC 5280 §4.1.2.5), hence one second less.
 */
export function expirationOf(lifetime: Lifetime, defaultSeconds: number, now: Date): Date | null {
  if (lifetime.kind === "unreadable") return null;
  if (lifetime.kind === "until") return new Date(lifetime.notAfter);
  const seconds = lifetime.kind === "span" ? lifetime.seconds : defaultSeconds;
  return new Date(Math.floor(now.getTime() / 1000) * 1000 + (seconds - 1) * 1000);
}
