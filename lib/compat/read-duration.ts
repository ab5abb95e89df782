const unitSeconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
};
const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d)/gy;
const longest = 4_000_000_000;

/**
 * Whole seconds of a duration as clients of Vault write it: a bare number of seconds, or Go's form
 * (`2160h0m0s`, `1h30m`, `0.5s`) with days besides (`90d`). Rounded down, at least 1 for what is more
 * than none. Undefined for the default: empty or zero. Null for everything else.
 */
export function readDuration(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const exact = /^\d{1,10}$/.test(trimmed) ? Number(trimmed) : sumOfParts(trimmed);
  if (exact === null || exact > longest) return null;
  return exact === 0 ? undefined : Math.max(1, Math.floor(exact));
}

function sumOfParts(text: string): number | null {
  let sum = 0;
  let end = 0;
  for (const [all, count, unit] of text.matchAll(part)) {
    sum += Number(count) * (unitSeconds[unit ?? ""] ?? Number.NaN);
    end += all.length;
  }
  return end === text.length && Number.isFinite(sum) ? sum : null;
}
