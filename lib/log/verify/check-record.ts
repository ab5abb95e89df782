import { isUtf8 } from "node:buffer";
import { bytesOfExportedText } from "@/lib/log/export/exported-record";
import { makeEntryChecker } from "./check-entry";
import { isLeafHash } from "./fold";
import type { ExportHeaderLine } from "./read-header";
import { compareWithEntry, type ExportedRecord, type RecordFormat } from "./read-records";
import type { CheckResults } from "./report";
import type { SourceNumbers } from "@/lib/log/pure/source-numbers";

/** Checks each record on its own: its hash, its format, its fields, its log and checkpoint. */
export type RecordChecker = Readonly<{
  check: (record: ExportedRecord | string) => ExportedRecord | null;
  bytes: () => number;
  log: () => string | null;
  newestTs: () => string | null;
  /** The number of records with a sentence that this version words differently. */
  reworded: () => number;
}>;

type RecordCheckerOptions = Readonly<{
  checks: CheckResults;
  numbers: SourceNumbers;
  header: ExportHeaderLine | null;
  format: RecordFormat;
}>;

export function makeRecordChecker({
  checks,
  numbers,
  header,
  format,
}: RecordCheckerOptions): RecordChecker {
  const checker = makeEntryChecker(checks, numbers, {
    log: header?.log ?? null,
    vkey: header?.vkey ?? null,
    size: header?.size ?? 0,
  });
  const checkFrame = makeFrameChecker(checks, header);
  let bytes = 0;
  let records = 0;
  let reworded = 0;
  let log: string | null = null;
  return {
    bytes: () => bytes,
    log: () => log,
    newestTs: checker.newestTs,
    reworded: () => reworded,
    check: (record) => {
      records += 1;
      checks.count("format");
      if (typeof record === "string") {
        bytes += record.length;
        checks.problem(
          "format",
          `Record ${records} is malformed: ${JSON.stringify(record.slice(0, 60))}`,
        );
        return null;
      }
      const { seq, text, leafHash, raw } = record;
      const content = bytesOfExportedText(text);
      const entry = Buffer.concat([Buffer.from(":"), content, Buffer.from("\n")]);
      bytes += raw.length;
      log ??= record.log;
      if (
        !/^[0-9a-f]{64}$/.test(leafHash) ||
        !isLeafHash(entry, 1, entry.length - 1, Buffer.from(leafHash, "hex"))
      )
        checks.problem(
          "leaf",
          `Entry ${seq} was changed: its bytes do not match the hash ${leafHash}.`,
        );
      if (isUtf8(content)) checker.check(seq, entry, 1, entry.length - 1);
      else checks.problem("format", `Entry ${seq} is not UTF-8.`);
      const comparison = compareWithEntry(format, record);
      if (comparison === "reworded") reworded += 1;
      else if (comparison === "different")
        checks.problem(
          "format",
          `The fields of the record of entry ${seq} do not match the entry.`,
        );
      checkFrame(record);
      return record;
    },
  };
}

/**
 * Compares the log and checkpoint of each record with the companion's header, if there is one.
 * Reports once for all records that differ in the same way: a companion that was exported at another
 * time differs from every record.
 */
function makeFrameChecker(
  checks: CheckResults,
  header: ExportHeaderLine | null,
): (record: ExportedRecord) => void {
  const reportedFrames = new Set<string>();
  return ({ seq, log, checkpoint }) => {
    if (!header) return;
    const expected = seq < header.size ? header.size : null;
    const frame = JSON.stringify([log, checkpoint, expected]);
    if ((log === header.log && checkpoint === expected) || reportedFrames.has(frame)) return;
    reportedFrames.add(frame);
    const hint =
      log === header.log && checkpoint !== null
        ? ` If the companion was exported at another time, export it again for the same checkpoint (format=proof&checkpoint=${checkpoint}).`
        : "";
    checks.problem(
      "format",
      `From entry ${seq} on, the file states log ${log} and checkpoint ${checkpoint}, but the companion states ${header.log} and ${expected}.${hint}`,
    );
  };
}
