import { plural } from "./count";

const units = [
  { seconds: 86_400, word: "day" },
  { seconds: 3600, word: "hour" },
  { seconds: 60, word: "minute" },
  { seconds: 1, word: "second" },
] as const;
const year = 365 * 86_400;

/** A length of time in seconds as people say it, at most two units: `90 days`, `1 hour`, `10 years`, `1 day 6 hours`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole >= year && whole % year === 0) return plural(whole / year, "year");
  const parts: string[] = [];
  let rest = whole;
  for (const { seconds: size, word } of units) {
    const count = Math.floor(rest / size);
    rest %= size;
    if (count > 0) parts.push(plural(count, word));
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0 seconds";
}

const written = /^(\d+(?:\.\d+)?)\s*(y|years?|d|days?|h|hours?|m|min|minutes?|s|sec|seconds?)$/i;
const sizes: Readonly<Record<string, number>> = { y: year, d: 86_400, h: 3600, m: 60, s: 1 };

/** Reads `90 days`, `8h`, `2 years` into whole seconds; null if it is not a length of time. */
export function parseDuration(text: string): number | null {
  const match = written.exec(text.trim());
  const size = sizes[(match?.[2] ?? "").charAt(0).toLowerCase()];
  if (!match || size === undefined) return null;
  const seconds = Math.round(Number(match[1]) * size);
  return Number.isSafeInteger(seconds) ? seconds : null;
}
