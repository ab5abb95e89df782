import { toHex } from "@/lib/log/pure/bytes";
import { isUtf8 } from "node:buffer";
import { entryProblems, readEntry } from "@/lib/log/read-entry";
import { makeEntryChecker, type EntryChecker } from "./check-entry";
import { makeLineFrame } from "./line-frame";
import { isLeafHash, type Fold } from "./fold";
import type { ExportHeaderLine } from "./read-header";
import type { SelectionCheck } from "./check-selection";
import type { CheckResults } from "./report";
import type { SourceNumbers } from "@/lib/log/pure/source-numbers";
import { makeLineSplitter } from "./split-lines";

/** Reads the lines after the header of an export in JSON Lines or of a companion. */
export type LineReader = Readonly<{
  push: (piece: Uint8Array | string) => void;
  /** To be called at the end of the file. */
  finish: () => void;
  bytes: () => number;
  newestTs: () => string | null;
}>;

type LineReaderOptions = Readonly<{
  checks: CheckResults;
  fold: Fold;
  numbers: SourceNumbers;
  header: ExportHeaderLine;
  kind: "export" | "proof";
  onHash?: (seq: number, leafHashHex: string) => void;
  /** Called with each entry of an export; `text` is null for bytes that are not UTF-8. */
  onEntry?: ((seq: number, text: string | null) => void) | undefined;
  /** Notes the entries that the checkpoint covers, and takes the lines of the index. */
  selection: SelectionCheck;
}>;

export function makeLineReader(options: LineReaderOptions): LineReader {
  const { checks, fold, header, kind, onHash, selection } = options;
  const frame = makeLineFrame(kind, header.log, header.size);
  const checker = makeEntryChecker(checks, options.numbers, header);
  const lineChecks = { ...options, frame, checker };
  let [isPieceUtf8, lineNumber, ended] = [true, 1, false];
  const addHash = (seq: number, leafHash: Uint8Array, isSealed: boolean): void => {
    if (isSealed !== seq < header.size)
      checks.problem("format", describeWrongCover({ seq, size: header.size, isSealed }));
    if (seq < header.size) fold.addLeaf(seq, leafHash);
    else fold.addUncovered(seq);
    selection.note(seq);
  };
  const readOtherLine = (text: string): void => {
    const line = parseLine(text);
    const problem = (text: string) => checks.problem("format", `Line ${lineNumber}: ${text}`);
    if (text.endsWith("\r")) problem("its line ending was changed.");
    else if (line === null) problem("it is not a line of an export.");
    else if (line.skip) fold.skip(line.skip[0], line.skip[1], line.hashes);
    else if (line.index !== undefined) selection.addLine(line.index, problem);
    else if (line.end) {
      ended = true;
      checkEnd(checks, line.end, header, fold);
    } else if (kind === "export" && line.unreadable !== null) {
      checkUnreadable(options, line, line.unreadable);
      addHash(line.seq, Buffer.from(line.leafHash, "hex"), line.isSealed);
    } else {
      problem(describeChangedLine(line.seq));
      addHash(line.seq, Buffer.from(line.leafHash, "hex"), line.seq < header.size);
    }
  };
  const splitter = makeLineSplitter(
    (bytes, from, end) => {
      lineNumber += 1;
      if (ended) checks.problem("format", `Line ${lineNumber} comes after the end of the export.`);
      if (!frame.parse(bytes, from, end)) readOtherLine(bytes.toString("utf8", from, end));
      else if (kind === "export") {
        checkEntryLine(lineChecks, bytes, isPieceUtf8);
        addHash(frame.seq(), frame.leafHash, frame.isCovered());
      } else {
        onHash?.(frame.seq(), toHex(frame.leafHash));
        addHash(frame.seq(), frame.leafHash, true);
      }
    },
    (bytes, from, end) => {
      isPieceUtf8 = isUtf8(bytes.subarray(from, end));
    },
  );
  return {
    ...splitter,
    newestTs: checker.newestTs,
    finish: () => {
      checks.count("format", lineNumber);
      if (splitter.unfinished().length > 0)
        checks.problem("complete", `The file is truncated in line ${lineNumber + 1}.`);
      else if (!ended) checks.problem("complete", describeMissingEnd(fold.last()));
    },
  };
}

const textOf = (bytes: Buffer): string | null => (isUtf8(bytes) ? bytes.toString("utf8") : null);

const describeWrongCover = ({
  seq,
  size,
  isSealed,
}: Readonly<{ seq: number; size: number; isSealed: boolean }>): string =>
  isSealed
    ? `The line of entry ${seq} states that the checkpoint covers it, but the checkpoint covers ${size} entries only.`
    : `The line of entry ${seq} states no checkpoint, but the checkpoint in the header covers it (${size} entries).`;

const describeChangedLine = (seq: number): string =>
  `the line of entry ${seq} was changed: its log, its checkpoint or its format is different.`;

const describeMissingEnd = (lastSeq: number | null): string =>
  `The file is truncated: its end line is missing${lastSeq === null ? "" : `; its last entry is ${lastSeq}`}.`;

/** Checks an entry line of an export, which `frame` has parsed: its hash, its bytes, its contents. */
function checkEntryLine(
  { checks, checker, frame, onEntry }: LineChecks,
  bytes: Buffer,
  isPieceUtf8: boolean,
): void {
  const seq = frame.seq();
  const from = frame.entryFrom();
  const end = frame.entryEnd();
  onEntry?.(seq, textOf(bytes.subarray(from, end)));
  if (!isLeafHash(bytes, from, end, frame.leafHash))
    checks.problem(
      "leaf",
      `Entry ${seq} was changed: its bytes do not match the hash ${toHex(frame.leafHash)}.`,
    );
  if (!isPieceUtf8 && !isUtf8(bytes.subarray(from, end)))
    checks.problem("format", `Entry ${seq} is not UTF-8.`);
  else checker.check(seq, bytes, from, end);
}

type LineChecks = Readonly<{
  checks: CheckResults;
  checker: EntryChecker;
  frame: ReturnType<typeof makeLineFrame>;
  onEntry?: LineReaderOptions["onEntry"];
}>;

type ParsedLine = Readonly<{
  skip?: readonly [number, number];
  hashes: readonly Uint8Array[];
  /** What the search index has for the filter. */
  index?: unknown;
  end?: Readonly<{ count: number; entries: number }>;
  seq: number;
  leafHash: string;
  /** What is stated about an entry that can't be read, and its bytes; null for another line. */
  unreadable: Readonly<{ log: string | null; problem: string; bytes: Buffer }> | null;
  isSealed: boolean;
}>;

/** Checks the line of an entry that can't be read: its hash, and whether it is what it states. */
function checkUnreadable(
  { checks, header: { log, size }, onEntry }: LineReaderOptions,
  { seq, leafHash, isSealed }: ParsedLine,
  stated: NonNullable<ParsedLine["unreadable"]>,
): void {
  onEntry?.(seq, textOf(stated.bytes));
  const framed = Buffer.concat([Buffer.from(":"), stated.bytes]);
  if (!isLeafHash(framed, 1, framed.length, Buffer.from(leafHash, "hex")))
    checks.problem(
      "leaf",
      `Entry ${seq} was changed: its bytes do not match the hash ${leafHash}.`,
    );
  if (stated.log !== log || isSealed !== seq < size)
    checks.problem("format", `The line of entry ${seq} states another log or checkpoint.`);
  const reading = readEntry(stated.bytes);
  if (reading.readable)
    checks.problem("format", `The line of entry ${seq} states that it can't be read, but it can.`);
  else if (reading.problem !== stated.problem)
    checks.problem(
      "format",
      `The line of entry ${seq} states ${stated.problem}, but it is ${reading.problem}.`,
    );
  else checks.problem("format", `Entry ${seq} can't be read: ${entryProblems[reading.problem]}.`);
}

/** Parses a line that is not a well-formed entry line; null if it is unknown. */
function parseLine(text: string): ParsedLine | null {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { skip, hashes, end, index, seq, leafHash } = value;
  const none = { hashes: [], seq: 0, leafHash: "", unreadable: null, isSealed: false };
  if (isPair(skip) && isTexts(hashes) && isExactly(text, { skip, hashes }))
    return { ...none, skip, hashes: hashes.map((hash) => Buffer.from(hash, "base64")) };
  if (index !== undefined && isExactly(text, { index })) return { ...none, index };
  if (end !== undefined) return parseEnd(text, end, none);
  if (!isNumber(seq) || typeof leafHash !== "string" || !/^[0-9a-f]{64}$/.test(leafHash))
    return null;
  return { ...none, seq, leafHash, ...unreadableOf(text, value) };
}

/** The last line; null for one in another form. */
function parseEnd(text: string, end: unknown, none: ParsedLine): ParsedLine | null {
  const { count, entries } = (end ?? {}) as { count?: unknown; entries?: unknown };
  return isNumber(count) && isNumber(entries) && isExactly(text, { end: { count, entries } })
    ? { ...none, end: { count, entries } }
    : null;
}

/** The parts of a line of an entry that can't be read; nothing for another line. */
function unreadableOf(
  text: string,
  { seq, leafHash, log, checkpoint, unreadable: problem, bytes }: Record<string, unknown>,
): Partial<ParsedLine> {
  if (typeof problem !== "string" || typeof bytes !== "string") return {};
  const isWhole = isExactly(text, { seq, leafHash, log, checkpoint, unreadable: problem, bytes });
  const content = Buffer.from(bytes, "base64");
  if (!isWhole || content.toString("base64") !== bytes) return {};
  return {
    isSealed: checkpoint !== null,
    unreadable: { log: typeof log === "string" ? log : null, problem, bytes: content },
  };
}

const isNumber = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const isPair = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(isNumber);
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");
/** Whether the text is exactly this value: no other members, whitespace or base64 encoding. */
const isExactly = (text: string, value: unknown): boolean => JSON.stringify(value) === text;

function checkEnd(
  checks: CheckResults,
  { count, entries }: Readonly<{ count: number; entries: number }>,
  header: ExportHeaderLine,
  fold: Fold,
): void {
  if (count !== header.count)
    checks.problem(
      "complete",
      `The header states ${header.count} entries, but the end line states ${count}.`,
    );
  if (entries !== fold.entries())
    checks.problem(
      "complete",
      `The end line states that ${entries} entries were written, but there are ${fold.entries()}.`,
    );
  if (count !== entries)
    checks.problem(
      "complete",
      `Only ${entries} of ${count} matching entries were written: the export did not finish.`,
    );
}
