import {
  addNumber,
  formatRanges,
  type NumberRanges,
  rangesAbove,
  rangesUpTo,
} from "@/lib/log/pure/number-ranges";
import type { EntryRecord } from "@/lib/log/types";

export type SourceNumber = NonNullable<EntryRecord["src"]>;
/** A number whose entry may or may not have been committed: the connection was lost meanwhile. */
export type UncertainNumber = Readonly<{ seq: number; entryId: string; since: number }>;
/**
 * Every number up to `settled` belongs to a committed entry or is in `voided`, which no entry has.
 * `more`: not all voided numbers fit.
 */
export type SourceReport = Readonly<{ settled: number; voided: string; more: boolean }>;

/**
 * Numbers the entries of one run of a process, from 1, without gaps. Each number is eventually
 * committed with its entry, or voided. Heartbeats report this, so a committed entry that is missing
 * from the log shows as a gap.
 */
export type Source = Readonly<{
  /** The machine and the process: "host/gateway". */
  id: string;
  /** The run of the process. */
  boot: string;
  next: () => SourceNumber;
  /** Marks numbers as committed. Only if that is certain: a committed number must arrive. */
  markCommitted: (seqs: readonly number[]) => void;
  /** Marks numbers that no entry has: the transaction was rolled back or never began. */
  markVoided: (seqs: readonly number[]) => void;
  /** Marks numbers as uncertain; they hold back reports until they are committed or voided. */
  markUncertain: (numbers: readonly UncertainNumber[]) => void;
  listUncertain: () => readonly UncertainNumber[];
  /** What can be reported now. With `more`, `settled` ends where the voided numbers are cut. */
  report: () => SourceReport;
  /** The report was committed: its voided numbers need not be reported again. */
  acknowledge: (report: SourceReport) => void;
  /** The last number that was assigned, 0 before the first. */
  lastNumber: () => number;
}>;

const bootBytes = 9;
/** This many ranges always fit into a heartbeat's text. */
const maxRanges = 100;

/** Makes the source of a process. `id` is its name for people: "host/gateway". */
export function makeSource(id: string, randomBytes: (n: number) => Uint8Array): Source {
  const boot = Buffer.from(randomBytes(bootBytes)).toString("base64url");
  // A Set keeps insertion order, which is the order of the numbers: the first is the lowest open one.
  const open = new Set<number>();
  const uncertain = new Map<number, UncertainNumber>();
  let last = 0;
  let voided: NumberRanges = [];
  const close = (seq: number): boolean => {
    uncertain.delete(seq);
    return open.delete(seq);
  };
  return {
    id,
    boot,
    next: () => {
      last += 1;
      open.add(last);
      return { id, boot, seq: last };
    },
    markCommitted: (seqs) => {
      for (const seq of seqs) close(seq);
    },
    markVoided: (seqs) => {
      for (const seq of seqs) if (close(seq)) voided = addNumber(voided, seq);
    },
    markUncertain: (numbers) => {
      for (const number of numbers) if (open.has(number.seq)) uncertain.set(number.seq, number);
    },
    listUncertain: () => [...uncertain.values()],
    report: () => {
      const [lowest = last + 1] = open;
      const ranges = rangesUpTo(voided, lowest - 1);
      const reportedRanges = ranges.slice(0, maxRanges);
      const more = ranges.length > reportedRanges.length;
      return {
        settled: more ? (reportedRanges.at(-1)?.[1] ?? 0) : lowest - 1,
        voided: formatRanges(reportedRanges),
        more,
      };
    },
    acknowledge: ({ settled }) => {
      voided = rangesAbove(voided, settled);
    },
    lastNumber: () => last,
  };
}
