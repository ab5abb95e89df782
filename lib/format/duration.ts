import { plural } from "./count";

const year = 365 * 86_400;
const units = [
  { seconds: year, unit: "year" },
  { seconds: 86_400, unit: "day" },
  { seconds: 3600, unit: "hour" },
  { seconds: 60, unit: "minute" },
  { seconds: 1, unit: "second" },
] as const;
const unitsWithoutYear = units.slice(1);

function parts(seconds: number, sizes: typeof units | typeof unitsWithoutYear): string[] {
  let rest = Math.max(0, Math.floor(seconds));
  return sizes.map(({ seconds: size, unit }) => {
    const count = Math.floor(rest / size);
    rest %= size;
    return count === 0 ? "" : plural(count, unit);
  });
}

/**
 * A duration in seconds as people write it, with at most two units: `90 days`, `1 hour`, `10 years`,
 * `1 day 6 hours`. Smaller units are cut off: use `formatExactDuration` where it is edited.
 */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole >= year && whole % year === 0) return plural(whole / year, "year");
  const found = parts(whole, unitsWithoutYear);
  const first = found.findIndex((part) => part !== "");
  return (
    found
      .slice(first, first + 2)
      .filter(Boolean)
      .join(" ") || "0 seconds"
  );
}

/** A duration in seconds with all its units, which `parseDuration` reads back unchanged. */
export function formatExactDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const used = whole % year === 0 ? units : unitsWithoutYear;
  return parts(whole, used).filter(Boolean).join(" ") || "0 seconds";
}

const partPattern =
  /(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)\s*(y|yrs?|years?|months?|w|weeks?|d|days?|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)(?![a-z])/gi;
const betweenParts = /^[\s,]*(?:and\s+)?$/i;
const sizes: Readonly<Record<string, number>> = {
  y: year,
  w: 7 * 86_400,
  d: 86_400,
  h: 3600,
  m: 60,
  s: 1,
};

function secondsIn(count: string, unit: string): number {
  const name = unit.toLowerCase();
  if (!name.startsWith("mo")) return Number(count) * (sizes[name.charAt(0)] ?? Number.NaN);
  const months = Number(count);
  // Twelve months are a year; what is left counts as 30 days each.
  return Math.floor(months / 12) * year + (months % 12) * 30 * 86_400;
}

/**
 * Parses `90 days`, `8h`, `6 months`, `2 weeks`, `1 year` or `1 day 6 hours` into whole seconds; null
 * for any other text. A month has 30 days and a year 365, so `12 months` is `1 year`; `m` is a minute.
 */
export function parseDuration(text: string): number | null {
  let position = 0;
  let total = 0;
  let last = Infinity;
  for (const match of text.matchAll(partPattern)) {
    const [whole, written = "", unit = ""] = match;
    const count = written.replaceAll(",", "");
    if (!betweenParts.test(text.slice(position, match.index))) return null;
    const size = secondsIn("1", unit);
    // Each unit once, the largest first: "30 days 6 months" may be a slip.
    if (size >= last) return null;
    last = size;
    total += secondsIn(count, unit);
    position = match.index + whole.length;
  }
  if (position === 0 || text.slice(position).trim() !== "") return null;
  const seconds = Math.round(total);
  return Number.isSafeInteger(seconds) ? seconds : null;
}
