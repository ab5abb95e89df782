import {
  countRanges,
  formatRanges,
  type NumberRanges,
  parseRanges,
  rangesWithout,
} from "@/lib/log/pure/number-ranges";
import type { EntryRecord } from "@/lib/log/types";
import { makeSourceNumbers } from "@/lib/log/pure/source-numbers";
import type { SourceRow } from "./snapshot";
import { type Checks } from "./types";

export type SourceCheck = Readonly<{
  add: (seq: number, record: EntryRecord) => void;
  /** Whether a source reported numbers as committed that are missing and that no entry reports. */
  hasMissing: () => boolean;
  /** Compares the table of sources with the entries that were added: those it was made from. */
  compareTable: (rows: readonly SourceRow[]) => void;
  finish: () => void;
}>;

type RunCounts = { arrived: number; settled: number; ended: boolean };

/** What the signer writes: it has a role of its own and numbers nothing. */
const unnumbered: ReadonlySet<string> = new Set([
  "key.created",
  "ceiling.set",
  "authority.confirmed",
  "authority.rejected",
  "ca-permission.confirmed",
  "ca-permission.rejected",
  "setup.granted",
  "signer.refused",
]);

const describeUnnumbered = (seq: number, action: string): string =>
  `Entry ${seq} (${action}) has no source number, which every process of Chancery gives its entries: it was written past them.`;

function runIn(runs: Map<string, RunCounts>, key: string): RunCounts {
  const run = runs.get(key) ?? { arrived: 0, settled: 0, ended: false };
  if (!runs.has(key)) runs.set(key, run);
  return run;
}

type Counted = Readonly<{
  runs: Map<string, RunCounts>;
  missing: ReadonlyMap<string, string>;
  keyOf: (id: string, boot: string) => string;
}>;

/** How the table of sources differs from what was counted. */
function tableProblems(rows: readonly SourceRow[], { runs, missing, keyOf }: Counted): string[] {
  const unseen = new Set([...runs].filter(([, { arrived }]) => arrived > 0).map(([key]) => key));
  const problems = rows.flatMap((row) => {
    const key = keyOf(row.id, row.boot);
    unseen.delete(key);
    const expected = { ...runIn(runs, key), missing: missing.get(key) ?? "" };
    return rowDifferences(row, expected).map(
      (problem) => `The run ${row.boot} of ${row.id} in the table of sources: ${problem}.`,
    );
  });
  const lacking = [...unseen].map(
    (key) => `The table of sources lacks the run ${key.replace("\n", " ")}.`,
  );
  return [...problems, ...lacking];
}

function rowDifferences(
  row: SourceRow,
  { arrived, settled, ended, missing }: RunCounts & Readonly<{ missing: string }>,
): string[] {
  const stored = formatRanges(parseRanges(row.missing) ?? []);
  return [
    ...(row.arrived === arrived
      ? []
      : [`${row.arrived} entries arrived, but the log has ${arrived}`]),
    ...(row.settled === settled
      ? []
      : [`settled up to ${row.settled}, but up to ${settled} by the log`]),
    ...(row.ended === ended ? [] : [`it ${row.ended ? "ended" : "goes on"}, but not by the log`]),
    ...(stored === missing
      ? []
      : [`missing are ${stored || "none"}, but ${missing || "none"} by the log`]),
  ];
}

const textIn = (value: unknown): string => (typeof value === "string" ? value : "");
const rangesIn = (value: unknown): NumberRanges => parseRanges(textIn(value)) ?? [];
const isNumber = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0;

/**
 * Checks the entry numbers of each source: none used twice, and none missing that the source
 * reported as committed. Memory grows with the gaps only, not with the entries: services number
 * their events themselves, so it must stay bounded whatever they send.
 */
export function makeSourceCheck({ sources: check }: Pick<Checks, "sources">): SourceCheck {
  const numbers = makeSourceNumbers();
  const ids = new Map<string, string>();
  /** Gaps that entries `source.gap` have reported. */
  const reported = new Map<string, NumberRanges>();
  const runs = new Map<string, RunCounts>();
  const runOf = (key: string): RunCounts => runIn(runs, key);
  const keyOf = (id: string, boot: string): string => {
    const key = `${id}\n${boot}`;
    ids.set(key, id);
    return key;
  };
  const unexplained = (): { id: string; missing: NumberRanges }[] =>
    numbers
      .listMissing()
      .map(({ key, ranges }) => ({
        id: ids.get(key) ?? key,
        missing: rangesWithout(parseRanges(ranges) ?? [], reported.get(key) ?? []),
      }))
      .filter(({ missing }) => missing.length > 0);
  return {
    add: (seq, { src, action, details }) => {
      if (action === "source.gap") {
        const key = keyOf(textIn(details.source), textIn(details.boot));
        reported.set(key, [...(reported.get(key) ?? []), ...rangesIn(details.missing)]);
      }
      if (src === undefined && !unnumbered.has(action))
        check.problem(describeUnnumbered(seq, action));
      if (src === undefined || !isNumber(src.seq)) return;
      check.count();
      const key = keyOf(src.id, src.boot);
      const run = runOf(key);
      run.arrived += 1;
      if (!numbers.addNumber(key, src.seq))
        check.problem(
          `Entry ${seq} has the number ${src.seq} of ${src.id}, which was already used or was reported as unused.`,
        );
      if (action !== "source.heartbeat" || details.source !== src.id || details.boot !== src.boot)
        return;
      run.settled = Math.max(run.settled, isNumber(details.settled) ? details.settled : 0);
      run.ended ||= details.ended === true;
      numbers.addHeartbeat(
        key,
        isNumber(details.settled) ? details.settled : 0,
        textIn(details.voided),
      );
    },
    compareTable: (rows) => {
      const missing = new Map(numbers.listMissing().map(({ key, ranges }) => [key, ranges]));
      for (const problem of tableProblems(rows, { runs, missing, keyOf })) check.problem(problem);
    },
    hasMissing: () => unexplained().length > 0,
    finish: () => {
      for (const { id, missing } of unexplained())
        check.problem(
          `${countRanges(missing)} of the entries that ${id} committed are missing: its numbers ${formatRanges(missing).slice(0, 200)}.`,
        );
    },
  };
}
