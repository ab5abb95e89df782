/** Whole numbers as ranges, in order, never touching: [[1, 3], [7, 7]]. */
export type NumberRanges = readonly (readonly [from: number, to: number])[];

const written = /^\d{1,15}(?:-\d{1,15})?(?:,\d{1,15}(?:-\d{1,15})?)*$/;

/** The ranges with one number more; merges what then touches. Fast where the number comes last, as it nearly always does. */
export function addNumber(ranges: NumberRanges, n: number): NumberRanges {
  let at = ranges.length;
  while (at > 0 && (ranges[at - 1]?.[0] ?? 0) > n) at--;
  const before = ranges[at - 1],
    after = ranges[at];
  if (before && before[1] >= n) return ranges;
  const joinsBefore = before?.[1] === n - 1,
    joinsAfter = after?.[0] === n + 1;
  const joined = [joinsBefore ? before[0] : n, joinsAfter ? after[1] : n] as const;
  return [
    ...ranges.slice(0, joinsBefore ? at - 1 : at),
    joined,
    ...ranges.slice(joinsAfter ? at + 1 : at),
  ];
}

/** What is left of the ranges above a number. */
export const rangesAbove = (ranges: NumberRanges, n: number): NumberRanges =>
  ranges.filter(([, to]) => to > n).map(([from, to]) => [Math.max(from, n + 1), to]);

/** What is left of the ranges up to and with a number. */
export const rangesUpTo = (ranges: NumberRanges, n: number): NumberRanges =>
  ranges.filter(([from]) => from <= n).map(([from, to]) => [from, Math.min(to, n)]);

/** What is left of the ranges without those others, which may come in any order and overlap. */
export function rangesWithout(ranges: NumberRanges, others: NumberRanges): NumberRanges {
  const left: (readonly [from: number, to: number])[] = [],
    sorted = others.toSorted(([a], [b]) => a - b);
  for (const [from, to] of ranges) {
    let next = from;
    for (const [a, b] of sorted) {
      if (a > to) break;
      if (a > next) left.push([next, a - 1]);
      next = Math.max(next, b + 1);
    }
    if (next <= to) left.push([next, to]);
  }
  return left;
}

/** As people and entries write them: "17-19,23"; empty for none. */
export const formatRanges = (ranges: NumberRanges): string =>
  ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");

/** The ranges that were written so; null for anything else. */
export function parseRanges(text: string): NumberRanges | null {
  if (text === "") return [];
  if (!written.test(text)) return null;
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
