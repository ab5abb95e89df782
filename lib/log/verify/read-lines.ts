import { isUtf8 } from "node:buffer";
import { makeEntryFacts } from "./entry-facts";
import { makeFrame } from "./entry-frame";
import { isLeafHash, type Fold } from "./fold";
import type { Header } from "./header";
import type { Findings } from "./report";
import type { SourceNumbers } from "./source-numbers";
import { makeLineSplitter } from "./split-lines";

/** Takes everything behind the header of an export in JSON Lines, or of a companion, as it comes. */
export type LineReader = Readonly<{
  push: (piece: Uint8Array | string) => void;
  /** Call it at the end of the file. */
  finish: () => void;
  bytes: () => number;
}>;

type Parts = Readonly<{
  findings: Findings;
  fold: Fold;
  numbers: SourceNumbers;
  header: Header;
  kind: "export" | "proof";
  onHash?: (seq: number, leafHashHex: string) => void;
}>;

export function makeLineReader({
  findings,
  fold,
  numbers,
  header,
  kind,
  onHash,
}: Parts): LineReader {
  const frame = makeFrame(kind, header.log, header.size),
    facts = makeEntryFacts(findings, numbers, header),
    { size } = header;
  let isPieceUtf8 = true,
    lineNumber = 1,
    ended = false;

  const seal = (seq: number, leafHash: Uint8Array, isSealed: boolean): void => {
    if (isSealed !== seq < size)
      findings.problem(
        "format",
        isSealed
          ? `Entry ${seq} is said to be under the checkpoint, which ends at ${size}.`
          : `Entry ${seq} is said to be under no checkpoint, and the header's reaches ${size}.`,
      );
    if (seq < size) fold.leaf(seq, leafHash);
    else fold.unsealed(seq);
  };
  const entry = (bytes: Buffer): void => {
    const seq = frame.seq(),
      from = frame.entryFrom(),
      end = frame.entryEnd();
    if (!isLeafHash(bytes, from, end, frame.leafHash))
      findings.problem(
        "leaf",
        `Entry ${seq} was changed: its bytes do not have the hash ${hexOf(frame.leafHash)}.`,
      );
    if (!isPieceUtf8 && !isUtf8(bytes.subarray(from, end)))
      findings.problem("format", `Entry ${seq} is not UTF-8.`);
    else facts.look(seq, bytes, from, end);
    seal(seq, frame.leafHash, frame.isSealed());
  };
  const other = (text: string): void => {
    const line = readLine(text),
      problem = (words: string): void => findings.problem("format", `Line ${lineNumber}: ${words}`);
    if (text.endsWith("\r")) problem("the line endings of this file were changed.");
    else if (line === null) problem("it is not a line of an export.");
    else if (line.skip) fold.skip(line.skip[0], line.skip[1], line.hashes);
    else if (line.end) {
      ended = true;
      needEnd(findings, line.end, header, fold);
    } else {
      problem(
        `entry ${line.seq} is not written as this export writes it; its log, its checkpoint or its frame was changed.`,
      );
      seal(line.seq, Buffer.from(line.leafHash, "hex"), line.seq < size);
    }
  };
  const splitter = makeLineSplitter(
    (bytes, from, end) => {
      lineNumber += 1;
      if (ended)
        findings.problem("format", `Line ${lineNumber} comes after the last line of the export.`);
      if (!frame.cut(bytes, from, end)) other(bytes.toString("utf8", from, end));
      else if (kind === "export") entry(bytes);
      else {
        onHash?.(frame.seq(), hexOf(frame.leafHash));
        seal(frame.seq(), frame.leafHash, true);
      }
    },
    (bytes, from, end) => {
      isPieceUtf8 = isUtf8(bytes.subarray(from, end));
    },
  );

  return {
    push: splitter.push,
    bytes: splitter.bytes,
    finish: () => {
      findings.count("format", lineNumber);
      if (splitter.rest().length > 0)
        findings.problem("complete", `The file ends in the middle of line ${lineNumber + 1}.`);
      else if (!ended)
        findings.problem(
          "complete",
          `The file was cut off: its last line is missing${fold.last() === null ? "" : `; the last entry in it is ${fold.last()}`}.`,
        );
    },
  };
}

const hexOf = (hash: Uint8Array): string => Buffer.from(hash).toString("hex");

type Line = Readonly<{
  skip?: readonly [number, number];
  hashes: readonly Uint8Array[];
  end?: Readonly<{ count: number; entries: number }>;
  seq: number;
  leafHash: string;
}>;

/** A line that the quick cut did not take: parsed, and what it is. Null if it is nothing known. */
function readLine(text: string): Line | null {
  let said: Record<string, unknown>;
  try {
    said = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
  if (typeof said !== "object" || said === null) return null;
  const { skip, hashes, end, seq, leafHash } = said,
    none = { hashes: [], seq: 0, leafHash: "" };
  if (isPair(skip) && isTexts(hashes) && writes(text, { skip, hashes }))
    return { ...none, skip, hashes: hashes.map((hash) => Buffer.from(hash, "base64")) };
  const { count, entries } = (typeof end === "object" && end !== null ? end : {}) as {
    count?: unknown;
    entries?: unknown;
  };
  if (isNumber(count) && isNumber(entries) && writes(text, { end: { count, entries } }))
    return { ...none, end: { count, entries } };
  return isNumber(seq) && typeof leafHash === "string" && /^[0-9a-f]{64}$/.test(leafHash)
    ? { ...none, seq, leafHash }
    : null;
}

const isNumber = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const isPair = (value: unknown): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(isNumber);
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");
/** One value has one form: no member more, no space, no other base64. */
const writes = (text: string, value: unknown): boolean => JSON.stringify(value) === text;

function needEnd(
  findings: Findings,
  { count, entries }: Readonly<{ count: number; entries: number }>,
  header: Header,
  fold: Fold,
): void {
  if (count !== header.count)
    findings.problem(
      "complete",
      `The header announces ${header.count} entries, the last line speaks of ${count}.`,
    );
  if (entries !== fold.entries())
    findings.problem(
      "complete",
      `The last line says that ${entries} entries were written; there are ${fold.entries()}.`,
    );
  if (count !== entries)
    findings.problem(
      "complete",
      `Of ${count} entries that match the filter ${entries} were written: the export did not finish.`,
    );
}
