import { plural } from "./count";

const units = [
  { seconds: 86_400, unit: "day" },
  { seconds: 3600, unit: "hour" },
  { seconds: 60, unit: "minute" },
  { seconds: 1, unit: "second" },
] as const;
const year = 365 * 86_400;

/**
 * A duration in seconds as people write it, with at most two units: `90 days`, `1 hour`, `10 years`,
 * `1 day 6 hours`.
 */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole >= year && whole % year === 0) return plural(whole / year, "year");
  const parts: string[] = [];
  let rest = whole;
  for (const { seconds: size, unit } of units) {
    const count = Math.floor(rest / size);
    rest %= size;
    if (count > 0) parts.push(plural(count, unit));
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0 seconds";
}

const durationPattern =
  /^(\d+(?:\.\d+)?)\s*(y|years?|d|days?|h|hours?|m|min|minutes?|s|sec|seconds?)$/i;
const sizes: Readonly<Record<string, number>> = { y: year, d: 86_400, h: 3600, m: 60, s: 1 };

/** Parses `90 days`, `8h` or `2 years` into whole seconds; null for any other text. */
export function parseDuration(text: string): number | null {
  const match = durationPattern.exec(text.trim());
  const size = sizes[(match?.[2] ?? "").charAt(0).toLowerCase()];
  if (!match || size === undefined) return null;
  const seconds = Math.round(Number(match[1]) * size);
  return Number.isSafeInteger(seconds) ? seconds : null;
}
