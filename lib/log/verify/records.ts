import { cefLine } from "../export/cef";
import { csvHeader, csvRow } from "../csv";
import { ocsfLine } from "../export/ocsf";
import type { ExportedEntry } from "../export/types";
import type { EntryRecord } from "../types";

/** One record of an export in another form than JSON Lines; its text is what is hashed. Null where nothing of it can be read. */
export type FoundRecord = Readonly<{
  seq: number;
  leafHash: string;
  log: string | null;
  checkpoint: number | null;
  text: string;
  raw: string;
}>;
export type RecordFormat = "csv" | "ocsf" | "cef";

/** Which of the forms begins like this, or null. */
export function recordFormatOf(firstLine: string): RecordFormat | null {
  if (firstLine.startsWith("CEF:")) return "cef";
  if (`${firstLine}\n` === csvHeader) return "csv";
  return firstLine.startsWith(`{"category_uid":`) ? "ocsf" : null;
}

/** The records of a file, one after another; what is none comes as its text. `firstLine` is without its newline. */
export async function* readRecords(
  format: RecordFormat,
  firstLine: string,
  rest: AsyncIterable<Buffer>,
): AsyncGenerator<FoundRecord | string> {
  if (format !== "csv" && firstLine !== "") yield readRecord(format, `${firstLine}\n`);
  let row: string[] = [],
    isOpen = false,
    length = 0;
  for await (const line of linesOf(rest)) {
    row.push(line);
    length += line.length;
    // A row of CSV goes on while a quote is open.
    if (format === "csv" && (line.split(`"`).length - 1) % 2 === 1) isOpen = !isOpen;
    if (isOpen && length < LONGEST) continue;
    yield readRecord(format, row.join(""));
    [row, isOpen, length] = [[], false, 0];
  }
  if (length > 0) yield row.join("");
}

const LONGEST = 1_000_000;

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

function readRecord(format: RecordFormat, raw: string): FoundRecord | string {
  const found = { csv: readCsv, ocsf: readOcsf, cef: readCef }[format](raw);
  return found !== null && Number.isSafeInteger(found.seq) && found.seq >= 0
    ? { ...found, raw }
    : raw;
}

type Found = Omit<FoundRecord, "raw"> | null;
const countOrNull = (text: string): number | null => (text === "" ? null : Number(text));

function readCsv(row: string): Found {
  const cells = [...row.matchAll(/"((?:[^"]|"")*)"(?:,|\r\n$)/gy)].map(([, cell]) =>
    cell!.replaceAll(`""`, `"`),
  );
  const [seq = "", leafHash = "", log = "", checkpoint = ""] = cells,
    text = cells.at(-1);
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

function readOcsf(line: string): Found {
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

function readCef(line: string): Found {
  // Behind the header every equals sign of a value is escaped, so a key is only what is one.
  const [header = ""] = /^(?:(?:[^\\|]|\\.)*\|){7}/.exec(line) ?? [],
    keys = line.slice(header.length),
    at = keys.lastIndexOf(" rawEvent=");
  const value = (name: string): string =>
    new RegExp(`(?:^| )${name}=((?:[^\\\\=]|\\\\.)*?)(?= [A-Za-z0-9]+=|$)`).exec(
      keys.slice(0, at),
    )?.[1] ?? "";
  if (header === "" || at < 0 || !/^\d+$/.test(value("cn1"))) return null;
  const unescape = (said: string): string =>
    said.replace(/\\([\\=nr])/g, (_all, char: string) =>
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
 * How what the record shows compares with its entry: it is written anew from the entry. "reworded": only the sentence about the entry
 * (`message` of OCSF, the name of CEF) is another, as a version of Chancery may write it that words it differently.
 */
export function compareShown(
  format: RecordFormat,
  { raw, ...found }: FoundRecord,
): "same" | "reworded" | "different" {
  try {
    const written = writers[format]({ ...found, record: JSON.parse(found.text) as EntryRecord });
    if (written === raw) return "same";
    const strip = strippers[format];
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
const strippers: Readonly<Record<RecordFormat, ((line: string) => string) | null>> = {
  csv: null,
  ocsf: (line) => JSON.stringify({ ...(JSON.parse(line) as object), message: "" }),
  cef: (line) => line.replace(/^((?:(?:[^\\|]|\\.)*\|){5})(?:[^\\|]|\\.)*\|/, "$1|"),
};
