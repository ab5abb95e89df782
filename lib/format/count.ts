/**
 * Whole numbers with thin grouping by commas: `1,234,567`. Takes bigint too, so that row counts
 * need no cast.
 */
export function formatCount(value: number | bigint): string {
  const whole = typeof value === "bigint" ? value : BigInt(Math.trunc(value));
  return whole.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/**
 * A number with its noun: `1 certificate`, `3 certificates`, `0 entries`. Pass `many` only where
 * `one` + "s" is wrong.
 */
export function plural(value: number | bigint, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 || value === 1n ? one : many}`;
}

const byteUnits = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** Bytes in binary units, one decimal below ten: `512 bytes`, `1.5 KiB`, `64 KiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < byteUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  if (unit === 0) return plural(bytes, "byte");
  const text = value < 10 ? value.toFixed(1).replace(/\.0$/, "") : String(Math.round(value));
  return `${text} ${byteUnits[unit]}`;
}

/**
 * A share of a whole in percent: `<1%` and `>99%` where rounding would claim 0% or 100%.
 */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return "0%";
  if (part >= whole) return "100%";
  const percent = (part / whole) * 100;
  if (percent < 1) return "<1%";
  return percent > 99 ? ">99%" : `${Math.round(percent)}%`;
}

/** A list in a sentence: `a`, `a and b`, `a, b and c`. */
export function formatList(items: readonly string[], conjunction = "and"): string {
  if (items.length < 2) return items[0] ?? "";
  return `${items.slice(0, -1).join(", ")} ${conjunction} ${items.at(-1)}`;
}
