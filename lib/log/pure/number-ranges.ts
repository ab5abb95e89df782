/** Integers as ascending ranges that never touch: [[1, 3], [7, 7]]. */
export type NumberRanges = readonly (readonly [from: number, to: number])[];

const rangesPattern = /^\d{1,15}(?:-\d{1,15})?(?:,\d{1,15}(?:-\d{1,15})?)*$/;

/** Adds a number and merges ranges that then touch. Fast if it is the largest, which is typical. */
export function addNumber(ranges: NumberRanges, n: number): NumberRanges {
  let at = ranges.length;
  while (at > 0 && (ranges[at - 1]?.[0] ?? 0) > n) at--;
  const before = ranges[at - 1];
  const after = ranges[at];
  if (before && before[1] >= n) return ranges;
  const joinsBefore = before?.[1] === n - 1;
  const joinsAfter = after?.[0] === n + 1;
  const joined = [joinsBefore ? before[0] : n, joinsAfter ? after[1] : n] as const;
  return [
    ...ranges.slice(0, joinsBefore ? at - 1 : at),
    joined,
    ...ranges.slice(joinsAfter ? at + 1 : at),
  ];
}

/** The part of the ranges above a number. */
export const rangesAbove = (ranges: NumberRanges, n: number): NumberRanges =>
  ranges.filter(([, to]) => to > n).map(([from, to]) => [Math.max(from, n + 1), to]);

/** The part of the ranges up to and including a number. */
export const rangesUpTo = (ranges: NumberRanges, n: number): NumberRanges =>
  ranges.filter(([from]) => from <= n).map(([from, to]) => [from, Math.min(to, n)]);

/** The ranges without the others, which may be in any order and overlap. */
export function rangesWithout(ranges: NumberRanges, others: NumberRanges): NumberRanges {
  const remaining: (readonly [from: number, to: number])[] = [];
  const sorted = others.toSorted(([a], [b]) => a - b);
  for (const [from, to] of ranges) {
    let next = from;
    for (const [a, b] of sorted) {
      if (a > to) break;
      if (a > next) remaining.push([next, a - 1]);
      next = Math.max(next, b + 1);
    }
    if (next <= to) remaining.push([next, to]);
  }
  return remaining;
}

/** The form used in entries and messages: "17-19,23"; empty for no ranges. */
export const formatRanges = (ranges: NumberRanges): string =>
  ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");

/** Parses that form; null for anything else. */
export function parseRanges(text: string): NumberRanges | null {
  if (text === "") return [];
  if (!rangesPattern.test(text)) return null;
  const ranges = text
    .split(",")
    .map((part) => part.split("-").map(Number))
    .map(([from = 0, to = from]) => [from, to] as const);
  return ranges.every(([from, to], n) => from <= to && from > (ranges[n - 1]?.[1] ?? -1))
    ? ranges
    : null;
}

export const countRanges = (ranges: NumberRanges): number =>
  ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
