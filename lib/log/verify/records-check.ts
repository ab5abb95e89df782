import { makeEntryFacts } from "./entry-facts";
import { isLeafHash } from "./fold";
import type { Header } from "./header";
import { compareShown, type FoundRecord, type RecordFormat } from "./records";
import type { Findings } from "./report";
import type { SourceNumbers } from "./source-numbers";

/** Looks at each record by itself: its hash, its form, its readable fields, its frame. */
export type EntriesCheck = Readonly<{
  look: (record: FoundRecord | string) => FoundRecord | null;
  bytes: () => number;
  log: () => string | null;
  /** Records whose sentence is worded otherwise than by this version; nothing vouches for it. */
  reworded: () => number;
}>;

type Parts = Readonly<{
  findings: Findings;
  numbers: SourceNumbers;
  header: Header | null;
  format: RecordFormat;
}>;

export function entriesCheck({ findings, numbers, header, format }: Parts): EntriesCheck {
  const facts = makeEntryFacts(findings, numbers, {
    log: header?.log ?? null,
    vkey: header?.vkey ?? null,
  });
  const otherFrames = new Set<string>();
  let bytes = 0,
    records = 0,
    reworded = 0,
    log: string | null = null;
  // Said once for all records that differ alike: a companion of another moment differs from every one.
  const needFrame = ({ seq, log: said, checkpoint }: FoundRecord): void => {
    if (!header) return;
    const expected = seq < header.size ? header.size : null,
      frame = JSON.stringify([said, checkpoint, expected]);
    if ((said === header.log && checkpoint === expected) || otherFrames.has(frame)) return;
    otherFrames.add(frame);
    const hint =
      said === header.log && checkpoint !== null
        ? ` If the companion was exported at another moment, export it again for the same checkpoint (format=proof&checkpoint=${checkpoint}).`
        : "";
    findings.problem(
      "format",
      `From entry ${seq} on, the file says log ${said} and checkpoint ${checkpoint}; the companion says ${header.log} and ${expected}.${hint}`,
    );
  };
  return {
    bytes: () => bytes,
    log: () => log,
    reworded: () => reworded,
    look: (record) => {
      records += 1;
      findings.count("format");
      if (typeof record === "string") {
        bytes += record.length;
        findings.problem(
          "format",
          `Record ${records} is not one of an export: ${JSON.stringify(record.slice(0, 60))}`,
        );
        return null;
      }
      const { seq, text, leafHash, raw } = record,
        entry = Buffer.from(`:${text}\n`);
      bytes += raw.length;
      log ??= record.log;
      if (
        !/^[0-9a-f]{64}$/.test(leafHash) ||
        !isLeafHash(entry, 1, entry.length - 1, Buffer.from(leafHash, "hex"))
      )
        findings.problem(
          "leaf",
          `Entry ${seq} was changed: its bytes do not have the hash ${leafHash}.`,
        );
      facts.look(seq, entry, 1, entry.length - 1);
      const shown = compareShown(format, record);
      if (shown === "reworded") reworded += 1;
      else if (shown === "different")
        findings.problem(
          "format",
          `Entry ${seq}: what the record shows is not what the entry says.`,
        );
      needFrame(record);
      return record;
    },
  };
}
