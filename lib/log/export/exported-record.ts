import { type EntryProblem, entryProblems, readEntry } from "@/lib/log/read-entry";
import type { EntryRecord } from "@/lib/log/types";

/**
 * What stands for the text of an entry that can't be read, in CSV, OCSF and CEF: its bytes in
 * Base64 after this. No text that is an entry begins so.
 */
const base64Prefix = "base64:";

/** What an export says about an entry besides its bytes. */
export type ExportedText = Readonly<{ text: string; record: EntryRecord }>;

/** The text and the fields of an entry, or what stands for them if it can't be read. */
export function toExportedText(bytes: Uint8Array): ExportedText {
  const reading = readEntry(bytes);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return reading.readable
    ? { text: buffer.toString("utf8"), record: reading.record }
    : {
        text: `${base64Prefix}${buffer.toString("base64")}`,
        record: unreadableRecord(reading.problem),
      };
}

/** The bytes that a text of an export stands for. */
export const bytesOfExportedText = (text: string): Buffer =>
  text.startsWith(base64Prefix)
    ? Buffer.from(text.slice(base64Prefix.length), "base64")
    : Buffer.from(text);

/**
 * The fields that belong to a text of an export; null for bytes in Base64 that can be read. Throws
 * SyntaxError for a text that is no JSON. Other versions may write what this one can't read.
 */
export function recordOfExportedText(text: string): EntryRecord | null {
  if (!text.startsWith(base64Prefix)) return JSON.parse(text) as EntryRecord;
  const reading = readEntry(bytesOfExportedText(text));
  return reading.readable ? null : unreadableRecord(reading.problem);
}

/** The fields of an entry of which nothing can be said. */
export const emptyRecord: EntryRecord = {
  v: 1,
  id: "",
  ts: "1970-01-01T00:00:00.000000Z",
  action: "unreadable" as never,
  outcome: "failure",
  reason: null,
  actor: { kind: "unknown", id: null, label: "unknown" },
  credential: null,
  target: null,
  origin: { ip: null, port: null, userAgent: null, via: [] },
  requestId: "",
  correlationId: "",
  decision: null,
  details: {},
  nonce: "",
};

const unreadableRecord = (problem: EntryProblem): EntryRecord => ({
  ...emptyRecord,
  reason: entryProblems[problem],
});
