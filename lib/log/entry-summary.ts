import { describeEntry } from "./describe-entry";
import { type EntryProblem, entryProblems, readEntry } from "./read-entry";
import type { EntrySummary } from "./schema";
import type { EntryRecord } from "./types";

/** A row of tlog.entry, as `storedColumns` selects it. */
export type StoredRow = Readonly<{
  seq: string;
  entry_id: string;
  entry: Uint8Array;
  sequenced_at: Date;
}>;

/** The columns of a StoredRow, for a query in which tlog.entry is `e`. */
export const storedColumns = "e.seq, e.entry_id, e.entry, e.sequenced_at";

/** What lists and pages say about an entry that can't be read. */
export const unreadableSentence = (seq: number, problem: EntryProblem): string =>
  `Entry ${seq} can't be read: ${entryProblems[problem]}.`;

/** An entry as lists show it; one that can't be read as well. Never throws. */
export function toEntrySummary(row: StoredRow): EntrySummary {
  const seq = Number(row.seq);
  const reading = readEntry(row.entry, row.entry_id);
  return reading.readable
    ? summaryOf(seq, reading.record)
    : unreadableSummary(seq, row, reading.problem);
}

const summaryOf = (seq: number, record: EntryRecord): EntrySummary => ({
  seq,
  id: record.id,
  ts: record.ts,
  action: record.action,
  outcome: record.outcome,
  reason: record.reason,
  actor: record.actor,
  target: record.target,
  credential: record.credential,
  origin: record.origin,
  requestId: record.requestId,
  correlationId: record.correlationId,
  details: record.details,
  decision: record.decision,
  sentence: describeEntry(record),
  unreadable: null,
});

const unreadableSummary = (seq: number, row: StoredRow, problem: EntryProblem): EntrySummary => ({
  seq,
  id: row.entry_id,
  // When it was numbered: what its bytes say about a time isn't known.
  ts: row.sequenced_at.toISOString(),
  action: "unreadable",
  outcome: "failure",
  reason: entryProblems[problem],
  actor: { kind: "unknown", id: null, label: "unknown" },
  target: null,
  credential: null,
  origin: { ip: null, port: null, userAgent: null, via: [] },
  requestId: "",
  correlationId: "",
  details: {},
  decision: null,
  sentence: unreadableSentence(seq, problem),
  unreadable: problem,
});
