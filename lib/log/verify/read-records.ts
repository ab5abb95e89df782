import { cefLine } from "@/lib/log/export/cef";
import { csvRow, isCsvHeader } from "@/lib/log/export/csv";
import { recordOfExportedText } from "@/lib/log/export/exported-record";
import { ocsfLine } from "@/lib/log/export/ocsf";
import type { ExportedEntry } from "@/lib/log/export/types";

/** A record of an export in CSV, OCSF or CEF. `text` is what is hashed, `raw` the whole record. */
export type ExportedRecord = Readonly<{
  seq: number;
  leafHash: string;
  log: string | null;
  checkpoint: number | null;
  text: string;
  raw: string;
}>;
export type RecordFormat = "csv" | "ocsf" | "cef";

/** The format that starts with this line; null if none does. */
export function recordFormatOf(firstLine: string): RecordFormat | null {
  if (firstLine.startsWith("CEF:")) return "cef";
  if (isCsvHeader(`${firstLine}\n`)) return "csv";
  return firstLine.startsWith(`{"category_uid":`) ? "ocsf" : null;
}

/**
 * The records of a file, in order; a record that cannot be parsed is returned as text. `firstLine`
 * is without its newline.
 */
export async function* readRecords(
  format: RecordFormat,
  firstLine: string,
  rest: AsyncIterable<Buffer>,
): AsyncGenerator<ExportedRecord | string> {
  if (format !== "csv" && firstLine !== "") yield readRecord(format, `${firstLine}\n`);
  let row: string[] = [];
  let isOpen = false;
  let length = 0;
  for await (const line of linesOf(rest)) {
    row.push(line);
    length += line.length;
    // A CSV row continues while a quote is open.
    if (format === "csv" && (line.split(`"`).length - 1) % 2 === 1) isOpen = !isOpen;
    if (isOpen && length < maxRecordChars) continue;
    yield readRecord(format, row.join(""));
    [row, isOpen, length] = [[], false, 0];
  }
  if (length > 0) yield row.join("");
}

const maxRecordChars = 1_000_000;

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let carried: Buffer[] = [];
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
      yield Buffer.concat([...carried, piece.subarray(from, end + 1)]).toString("utf8");
      [carried, from] = [[], end + 1];
    }
    if (from < piece.length) carried.push(Buffer.from(piece.subarray(from)));
  }
  if (carried.length > 0) yield Buffer.concat(carried).toString("utf8");
}

function readRecord(format: RecordFormat, raw: string): ExportedRecord | string {
  const parsed = { csv: readCsv, ocsf: readOcsf, cef: readCef }[format](raw);
  return parsed !== null && Number.isSafeInteger(parsed.seq) && parsed.seq >= 0
    ? { ...parsed, raw }
    : raw;
}

type ParsedRecord = Omit<ExportedRecord, "raw"> | null;
const countOrNull = (text: string): number | null => (text === "" ? null : Number(text));

function readCsv(row: string): ParsedRecord {
  const cells = [...row.matchAll(/"((?:[^"]|"")*)"(?:,|\r\n$)/gy)].map(([, cell]) =>
    cell!.replaceAll(`""`, `"`),
  );
  const [seq = "", leafHash = "", log = "", checkpoint = ""] = cells;
  const text = cells.at(-1);
  return cells.length < 6 || !/^\d+$/.test(seq) || text === undefined
    ? null
    : {
        seq: Number(seq),
        leafHash,
        log: log === "" ? null : log,
        checkpoint: countOrNull(checkpoint),
        text,
      };
}

function readOcsf(line: string): ParsedRecord {
  try {
    const { unmapped, raw_data: text } = JSON.parse(line) as {
      unmapped?: {
        seq?: number;
        leaf_hash?: string;
        log_origin?: string | null;
        checkpoint_size?: number | null;
      };
      raw_data?: string;
    };
    const {
      seq,
      leaf_hash: leafHash,
      log_origin: log = null,
      checkpoint_size: checkpoint = null,
    } = unmapped ?? {};
    return typeof text === "string" && typeof seq === "number" && typeof leafHash === "string"
      ? { seq, leafHash, log, checkpoint, text }
      : null;
  } catch {
    return null;
  }
}

function readCef(line: string): ParsedRecord {
  // After the header, equals signs in values are escaped, so an unescaped one follows a key.
  const [header = ""] = /^(?:(?:[^\\|]|\\.)*\|){7}/.exec(line) ?? [];
  const keys = line.slice(header.length);
  const at = keys.lastIndexOf(" rawEvent=");
  const value = (name: string): string =>
    new RegExp(`(?:^| )${name}=((?:[^\\\\=]|\\\\.)*?)(?= [A-Za-z0-9]+=|$)`).exec(
      keys.slice(0, at),
    )?.[1] ?? "";
  if (header === "" || at < 0 || !/^\d+$/.test(value("cn1"))) return null;
  const unescape = (value: string): string =>
    value.replace(/\\([\\=nr])/g, (_all, char: string) =>
      char === "n" ? "\n" : char === "r" ? "\r" : char,
    );
  return {
    seq: Number(value("cn1")),
    leafHash: value("cs1"),
    log: unescape(value("cs2")) || null,
    checkpoint: countOrNull(value("cn2")),
    text: unescape(keys.slice(at + " rawEvent=".length, -1)),
  };
}

/**
 * Compares a record with the one that is generated from its entry. "reworded": only the sentence
 * that describes the entry (`message` in OCSF, the name in CEF) differs, as between versions of
 * Chancery.
 */
export function compareWithEntry(
  format: RecordFormat,
  { raw, ...fields }: ExportedRecord,
): "same" | "reworded" | "different" {
  try {
    const record = recordOfExportedText(fields.text);
    if (record === null) return "different";
    const written = writers[format]({ ...fields, record });
    if (written === raw) return "same";
    const strip = withoutSentence[format];
    return strip !== null && strip(written) === strip(raw) ? "reworded" : "different";
  } catch {
    return "different";
  }
}

const writers: Readonly<Record<RecordFormat, (entry: ExportedEntry) => string>> = {
  csv: csvRow,
  ocsf: ocsfLine,
  cef: cefLine,
};
const withoutSentence: Readonly<Record<RecordFormat, ((line: string) => string) | null>> = {
  csv: null,
  ocsf: (line) => JSON.stringify({ ...(JSON.parse(line) as object), message: "" }),
  cef: (line) => line.replace(/^((?:(?:[^\\|]|\\.)*\|){5})(?:[^\\|]|\\.)*\|/, "$1|"),
};
