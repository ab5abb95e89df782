import { describeEntry } from "./describe-entry";
import type { EntrySummary } from "./schema";
import type { EntryRecord } from "./types";

/** The record in the bytes of an entry. */
export const recordOf = (entry: Uint8Array): EntryRecord =>
  JSON.parse(
    Buffer.from(entry.buffer, entry.byteOffset, entry.length).toString("utf8"),
  ) as EntryRecord;

/** What lists show of an entry. */
export function summaryOf(seq: number, record: EntryRecord): EntrySummary {
  const {
    id,
    ts,
    action,
    outcome,
    reason,
    actor,
    target,
    credential,
    origin,
    requestId,
    correlationId,
    details,
    decision,
  } = record;
  return {
    seq,
    id,
    ts,
    action,
    outcome,
    reason,
    actor,
    target,
    credential,
    origin,
    requestId,
    correlationId,
    details,
    decision,
    sentence: describeEntry(record),
  };
}
