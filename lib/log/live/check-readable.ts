import { countRanges, formatRanges } from "@/lib/log/pure/number-ranges";
import { type EntryProblem, entryProblems, type NumberedEntry } from "@/lib/log/read-entry";
import type { Checks } from "./types";

export type ReadableCheck = Readonly<{
  /** In order, each once. */
  add: (entry: NumberedEntry) => void;
  /** A reader failed at an entry that can be read. */
  addFailure: (seq: number, reader: string) => void;
  finish: () => void;
}>;

/** A line with more could not be recorded whole. */
const maxLineChars = 3_500;
const maxReasons = 40;

/**
 * Names every entry that can't be read, as ranges of numbers, so that thousands of them take a few
 * lines, and says how many there are for each reason.
 */
export function makeReadableCheck({ readable: check }: Pick<Checks, "readable">): ReadableCheck {
  const byReason = new Map<string, { count: number; first: number }>();
  const all: [from: number, to: number][] = [];
  const note = (seq: number, reason: string): void => {
    // Entries come in order, so only the last range can grow.
    const last = all.at(-1);
    if (last !== undefined && seq <= last[1] + 1) last[1] = Math.max(last[1], seq);
    else all.push([seq, seq]);
    const known = byReason.get(reason);
    if (known !== undefined) known.count += 1;
    else if (byReason.size < maxReasons) byReason.set(reason, { count: 1, first: seq });
  };
  return {
    add: (entry) => {
      check.count();
      if (!entry.readable) note(entry.seq, reasonText(entry.problem));
    },
    addFailure: (seq, reader) => note(seq, `${reader} failed at it`),
    finish: () => {
      const count = countRanges(all);
      if (count === 0) return;
      const [first = "", ...others] = linesOf(formatRanges(all));
      check.problem(
        `${count === 1 ? "1 entry" : `${count} entries`} can't be read: ${first}.`,
        count,
      );
      for (const line of others) check.problem(`Nor can: ${line}.`, 0);
      for (const [reason, { count: times, first: seq }] of byReason)
        check.problem(`${times} of them, the first being entry ${seq}, because ${reason}.`, 0);
    },
  };
}

const reasonText = (problem: EntryProblem): string => entryProblems[problem];

/** The ranges in lines of bounded length, cut between two of them. */
function linesOf(list: string): string[] {
  const lines: string[] = [];
  for (let rest = list; rest !== "";) {
    const end = rest.length <= maxLineChars ? rest.length : rest.lastIndexOf(",", maxLineChars);
    lines.push(rest.slice(0, end));
    rest = rest.slice(end + 1);
  }
  return lines;
}
