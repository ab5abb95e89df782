import { countRanges, formatRanges, parseRanges, type NumberRanges } from "../number-ranges";

/** Counts the numbers of every source and run, in memory that grows with what is missing and not with what came. */
export type SourceNumbers = Readonly<{
  /** False if this number came before, or was said to be used for none: no two entries have one number of one run. */
  arrived: (key: string, seq: number) => boolean;
  /** A heartbeat: all up to `settled` came or are among `voided`. False if the ranges cannot be read. */
  settled: (key: string, upTo: number, voided: string) => boolean;
  sources: () => number;
  missing: () => { key: string; ranges: string; count: number }[];
}>;

type Range = [from: number, to: number];
/** `known` are the numbers that are accounted for, as ranges in order that never touch; nearly always there is one. */
type Run = { known: Range[]; settled: number };

export function makeSourceNumbers(): SourceNumbers {
  const runs = new Map<string, Run>();
  const runOf = (key: string): Run => {
    const found = runs.get(key) ?? { known: [], settled: 0 };
    if (!runs.has(key)) runs.set(key, found);
    return found;
  };
  return {
    arrived: (key, seq) => addRange(runOf(key).known, seq, seq),
    settled: (key, upTo, voided) => {
      const run = runOf(key),
        ranges = parseRanges(voided);
      for (const [from, to] of ranges ?? []) addRange(run.known, from, to);
      run.settled = Math.max(run.settled, upTo);
      return ranges !== null;
    },
    sources: () => runs.size,
    missing: () =>
      [...runs].flatMap(([key, { known, settled }]) => {
        const missing = missingUpTo(known, settled);
        return missing.length === 0
          ? []
          : [{ key, ranges: formatRanges(missing), count: countRanges(missing) }];
      }),
  };
}

/** For a file in which a filter left numbers out: nothing can be counted, and nothing need be remembered. */
export const ignoreNumbers: SourceNumbers = {
  arrived: () => true,
  settled: (_key, _upTo, voided) => parseRanges(voided) !== null,
  sources: () => 0,
  missing: () => [],
};

/** Adds a range where nearly every one comes: at the end. False if any of it is there already. */
function addRange(known: Range[], from: number, to: number): boolean {
  let at = known.length;
  while (at > 0 && known[at - 1]![0] > from) at -= 1;
  const before = known[at - 1];
  let isNew = !before || before[1] < from,
    end = at;
  const joined: Range =
    before && before[1] >= from - 1 ? [before[0], Math.max(before[1], to)] : [from, to];
  while (end < known.length && known[end]![0] <= joined[1] + 1) {
    isNew &&= known[end]![0] > to;
    joined[1] = Math.max(joined[1], known[end]![1]);
    end += 1;
  }
  if (before && joined[0] === before[0]) {
    before[1] = joined[1];
    if (end > at) known.splice(at, end - at);
  } else known.splice(at, end - at, joined);
  return isNew;
}

function missingUpTo(known: NumberRanges, settled: number): NumberRanges {
  const missing: Range[] = [];
  let next = 1;
  for (const [from, to] of known) {
    if (from > next && next <= settled) missing.push([next, Math.min(from - 1, settled)]);
    next = Math.max(next, to + 1);
  }
  return next <= settled ? [...missing, [next, settled]] : missing;
}
