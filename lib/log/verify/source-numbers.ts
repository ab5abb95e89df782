import { countRanges, formatRanges, parseRanges, type NumberRanges } from "../number-ranges";

/** Counts the numbers of every source and run, in little memory, and knows which never came. */
export type SourceNumbers = Readonly<{
  /** False if this number came before: no two entries have one number of one run. */
  arrived: (key: string, seq: number) => boolean;
  /** A heartbeat: all up to `settled` came or are among `voided`. False if the ranges cannot be read. */
  settled: (key: string, upTo: number, voided: string) => boolean;
  sources: () => number;
  missing: () => { key: string; ranges: string; count: number }[];
}>;

type Run = {
  /** All up to here are accounted for. */
  upTo: number;
  /** Numbers that came above it. */
  above: Set<number>;
  missing: NumberRanges;
};

export function makeSourceNumbers(): SourceNumbers {
  const runs = new Map<string, Run>();
  const runOf = (key: string): Run => {
    const known = runs.get(key);
    if (known) return known;
    const run: Run = { upTo: 0, above: new Set(), missing: [] };
    runs.set(key, run);
    return run;
  };
  return {
    arrived: (key, seq) => {
      const run = runOf(key);
      if (seq === run.upTo + 1) {
        run.upTo = seq;
        advance(run);
        return true;
      }
      if (seq > run.upTo) return run.above.size < run.above.add(seq).size;
      const wasMissing = run.missing.some(([from, to]) => from <= seq && seq <= to);
      if (wasMissing) run.missing = without(run.missing, [[seq, seq]]);
      return wasMissing;
    },
    settled: (key, upTo, voided) => {
      const run = runOf(key), ranges = parseRanges(voided);
      if (!ranges) return false;
      run.missing = without(run.missing, ranges);
      if (upTo > run.upTo) {
        const came = [...run.above].sort((left, right) => left - right).map((seq) => [seq, seq] as const);
        run.missing = [...run.missing, ...without(without([[run.upTo + 1, upTo]], came), ranges)];
        run.upTo = upTo;
        for (const seq of run.above) if (seq <= upTo) run.above.delete(seq);
        advance(run);
      }
      return true;
    },
    sources: () => runs.size,
    missing: () => [...runs].filter(([, run]) => run.missing.length > 0).map(([key, run]) => ({ key, ranges: formatRanges(run.missing), count: countRanges(run.missing) })),
  };
}

function advance(run: Run): void {
  while (run.above.size > 0 && run.above.delete(run.upTo + 1)) run.upTo += 1;
}

/** What is left of the ranges without those of `taken`, which are in order. */
function without(ranges: NumberRanges, taken: NumberRanges): NumberRanges {
  return ranges.flatMap(([from, to]) => {
    const left: (readonly [number, number])[] = [];
    let at = from;
    for (const [first, last] of taken) {
      if (last < at || first > to) continue;
      if (first > at) left.push([at, first - 1]);
      at = Math.max(at, last + 1);
    }
    return at <= to ? [...left, [at, to] as const] : left;
  });
}
