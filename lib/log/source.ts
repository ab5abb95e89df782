import {
  addNumber,
  formatRanges,
  type NumberRanges,
  rangesAbove,
  rangesUpTo,
} from "./number-ranges";
import type { EntryRecord } from "./types";

export type SourceNumber = NonNullable<EntryRecord["src"]>;
/** A number whose entry may have been committed or not: the connection was lost at the wrong moment. */
export type Doubt = Readonly<{ seq: number; entryId: string; since: number }>;
/** Every number up to `settled` is either the number of a committed entry or among `voided`, which no entry has. */
export type SourceReport = Readonly<{ settled: number; voided: string; more: boolean }>;

/**
 * Numbers the entries of one run of one process, from 1, without gaps. Each number ends in one of two ways, committed with its entry or
 * used for none; from time to time a heartbeat says so, and what then never arrived in the log shows as a gap.
 */
export type Source = Readonly<{
  /** Which process, on which machine. */
  id: string;
  /** Which run of it. */
  boot: string;
  next: () => SourceNumber;
  /** These are committed. Never say it without knowing it: a number that is settled and never arrives is a loss. */
  settle: (seqs: readonly number[]) => void;
  /** No entry has these: the transaction was rolled back, or never began. */
  void: (seqs: readonly number[]) => void;
  /** Nobody knows yet; they hold up what can be reported until they are settled or voided. */
  doubt: (doubts: readonly Doubt[]) => void;
  doubts: () => readonly Doubt[];
  /** What can be said now. `more` if the voided numbers did not fit, and then `settled` ends where they are cut. */
  report: () => SourceReport;
  /** That report is committed: what it says need not be said again. */
  confirm: (report: SourceReport) => void;
  /** The last number given, 0 before the first. */
  last: () => number;
}>;

const BOOT_BYTES = 9;
/** So many ranges fit into the text of a heartbeat in any case. */
const MOST_RANGES = 100;

/** Makes the source of a process. `id` names it for people: "host/door". */
export function makeSource(id: string, randomBytes: (n: number) => Uint8Array): Source {
  const boot = Buffer.from(randomBytes(BOOT_BYTES)).toString("base64url");
  // A set keeps the order of insertion, which is that of the numbers: its first is the lowest that is open.
  const open = new Set<number>(),
    inDoubt = new Map<number, Doubt>();
  let last = 0,
    voided: NumberRanges = [];
  const close = (seq: number): boolean => {
    inDoubt.delete(seq);
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
    settle: (seqs) => {
      for (const seq of seqs) close(seq);
    },
    void: (seqs) => {
      for (const seq of seqs) if (close(seq)) voided = addNumber(voided, seq);
    },
    doubt: (doubts) => {
      for (const doubt of doubts) if (open.has(doubt.seq)) inDoubt.set(doubt.seq, doubt);
    },
    doubts: () => [...inDoubt.values()],
    report: () => {
      const [lowest = last + 1] = open;
      const ranges = rangesUpTo(voided, lowest - 1),
        said = ranges.slice(0, MOST_RANGES),
        more = ranges.length > said.length;
      return {
        settled: more ? (said.at(-1)?.[1] ?? 0) : lowest - 1,
        voided: formatRanges(said),
        more,
      };
    },
    confirm: ({ settled }) => {
      voided = rangesAbove(voided, settled);
    },
    last: () => last,
  };
}
