import { countRanges, formatRanges, parseRanges, type NumberRanges } from "./number-ranges";

/**
 * Tracks the entry numbers of every run of every source. Memory grows with the number of gaps, not
 * with the number of entries.
 */
export type SourceNumbers = Readonly<{
  /**
   * Records an entry's number. False if the number was seen before or was reported as voided: no
   * two entries of a run share a number.
   */
  addNumber: (key: string, seq: number) => boolean;
  /**
   * Records a heartbeat: every number up to `upTo` belongs to a committed entry or is voided. False
   * if the ranges cannot be parsed.
   */
  addHeartbeat: (key: string, upTo: number, voided: string) => boolean;
  runCount: () => number;
  listMissing: () => { key: string; ranges: string; count: number }[];
}>;

type Range = [from: number, to: number];
/** `accounted`: the numbers seen or voided, as ascending ranges that never touch; usually one. */
type Run = { accounted: Range[]; settled: number };

export function makeSourceNumbers(): SourceNumbers {
  const runs = new Map<string, Run>();
  const runOf = (key: string): Run => {
    const run = runs.get(key) ?? { accounted: [], settled: 0 };
    if (!runs.has(key)) runs.set(key, run);
    return run;
  };
  return {
    addNumber: (key, seq) => addRange(runOf(key).accounted, seq, seq),
    addHeartbeat: (key, upTo, voided) => {
      const run = runOf(key);
      const ranges = parseRanges(voided);
      for (const [from, to] of ranges ?? []) addRange(run.accounted, from, to);
      run.settled = Math.max(run.settled, upTo);
      return ranges !== null;
    },
    runCount: () => runs.size,
    listMissing: () =>
      [...runs].flatMap(([key, { accounted, settled }]) => {
        const missing = missingUpTo(accounted, settled);
        return missing.length === 0
          ? []
          : [{ key, ranges: formatRanges(missing), count: countRanges(missing) }];
      }),
  };
}

/** For a filtered file: gaps cannot be detected, so nothing is tracked. */
export const ignoreSourceNumbers: SourceNumbers = {
  addNumber: () => true,
  addHeartbeat: (_key, _upTo, voided) => parseRanges(voided) !== null,
  runCount: () => 0,
  listMissing: () => [],
};

/** Adds a range, usually at the end. False if it overlaps a range that is there already. */
function addRange(accounted: Range[], from: number, to: number): boolean {
  let at = accounted.length;
  while (at > 0 && accounted[at - 1]![0] > from) at -= 1;
  const before = accounted[at - 1];
  let isNew = !before || before[1] < from;
  let end = at;
  const joined: Range =
    before && before[1] >= from - 1 ? [before[0], Math.max(before[1], to)] : [from, to];
  while (end < accounted.length && accounted[end]![0] <= joined[1] + 1) {
    isNew &&= accounted[end]![0] > to;
    joined[1] = Math.max(joined[1], accounted[end]![1]);
    end += 1;
  }
  if (before && joined[0] === before[0]) {
    before[1] = joined[1];
    if (end > at) accounted.splice(at, end - at);
  } else accounted.splice(at, end - at, joined);
  return isNew;
}

function missingUpTo(accounted: NumberRanges, settled: number): NumberRanges {
  const missing: Range[] = [];
  let next = 1;
  for (const [from, to] of accounted) {
    if (from > next && next <= settled) missing.push([next, Math.min(from - 1, settled)]);
    next = Math.max(next, to + 1);
  }
  return next <= settled ? [...missing, [next, settled]] : missing;
}
