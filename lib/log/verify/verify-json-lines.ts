import { ProofError } from "@/lib/log/pure/proof-error";
import { makeFold, type Fold } from "./fold";
import { readHeader, type ExportHeaderLine } from "./read-header";
import {
  checkNames,
  makeCheckResults,
  type CheckResults,
  type ProblemOptions,
  type VerifyReport,
} from "./report";
import { makeLineReader } from "./read-lines";
import { makeEntrySelector } from "./select-entries";
import {
  ignoreSourceNumbers,
  makeSourceNumbers,
  type SourceNumbers,
} from "@/lib/log/pure/source-numbers";
import { reportAge, type AgeOptions } from "./check-age";
import type { EntryQuery } from "@/lib/log/schema";
import { makeIndexCheck } from "./check-index";
import { makeSelectionCheck, type SelectionCheck } from "./check-selection";
import { checkTrust, type TrustResult, type TrustOptions } from "./check-trust";

export type FileChunks = AsyncIterable<Uint8Array | string>;
export type VerifyProgress = Readonly<{ bytes: number; entries: number; size: number }>;
export type VerifyOptions = TrustOptions &
  ProblemOptions &
  AgeOptions &
  Readonly<{
    onProgress?: ((progress: VerifyProgress) => void) | undefined;
    /** Whether the search index is derived, and compared with its digests in the log. */
    index?: boolean | undefined;
    /** A filter: the report says which entries of an export of everything match it. */
    select?: EntryQuery | undefined;
  }>;

/** The first line of a file, and the rest of it. */
export type OpenedFile = Readonly<{ line: string; rest: AsyncIterable<Buffer> }>;

const maxHeaderBytes = 16 * 1024 * 1024;

/**
 * Verifies an export in JSON Lines, offline and in constant memory. Throws ProofError if the
 * caller's key, policy or older checkpoint cannot be parsed, and `verify.not-an-export` if the file
 * is not an export.
 */
export async function verifyJsonLines(
  { line, rest }: OpenedFile,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const header = requireHeader(line, "export");
  const checks = makeCheckResults(options);
  const numbers = sourceNumbersFor(header);
  const signed = await checkTrust(checks, options, header);
  const fold = makeFold(checks, header.size, signed.older);
  const index = options.index === true ? makeIndexCheck(checks) : null;
  const select = options.select === undefined ? null : makeEntrySelector(checks, options.select);
  const selection = makeSelectionCheck(checks, header);
  const reader = makeLineReader({
    checks,
    fold,
    numbers,
    header,
    kind: "export",
    onEntry:
      index === null && select === null
        ? undefined
        : (seq, text) => {
            index?.add(seq, text);
            select?.add(seq, text);
          },
    selection,
  });
  for await (const piece of rest) {
    reader.push(piece);
    await index?.settle();
    options.onProgress?.({ bytes: reader.bytes(), entries: fold.entries(), size: header.size });
  }
  reader.finish();
  index?.finish(fold);
  select?.finish(fold);
  return makeReport({
    checks,
    header,
    fold,
    numbers,
    signed,
    options,
    newestTs: reader.newestTs(),
    selection,
  });
}

/** Gaps of sources can only be detected if no entry was filtered out. */
export const sourceNumbersFor = ({ filter }: ExportHeaderLine): SourceNumbers =>
  filter === "" ? makeSourceNumbers() : ignoreSourceNumbers;

/** Parses the header. Throws ProofError `verify.not-an-export`. */
export function requireHeader(line: string, kind: "export" | "proof"): ExportHeaderLine {
  const header = readHeader(line, kind);
  if (typeof header === "string") throw new ProofError("verify.not-an-export", header);
  if (header.order !== "asc")
    throw new ProofError(
      "verify.not-an-export",
      `This export has the order ${header.order}; only exports in log order (asc) can be verified.`,
    );
  return header;
}

type Verification = Readonly<{
  checks: CheckResults;
  header: ExportHeaderLine;
  fold: Fold;
  numbers: SourceNumbers;
  signed: TrustResult;
  options: TrustOptions & AgeOptions;
  newestTs: string | null;
  selection: SelectionCheck | null;
}>;

/** What these find says nothing against the entries of the file. */
const undecisive: readonly string[] = ["witnesses", "gaps", "age", "index", "select"];

/** Draws the conclusions once the whole file was read. */
export function makeReport({
  checks,
  header,
  fold,
  numbers,
  signed,
  options,
  newestTs,
  selection,
}: Verification): VerifyReport {
  const entries = fold.entries();
  const covered = entries - fold.uncoveredEntries();
  checks.count("order", entries);
  checks.count("leaf", entries);
  checks.summarize(
    "format",
    "Every line is well-formed, and every entry is canonical JSON (RFC 8785) of version 1.",
  );
  checks.summarize("leaf", `The hash of each of ${countEntries(entries)} matches its line.`);
  checks.summarize(
    "order",
    entries === 0
      ? "The file contains no entries."
      : `Entries ${fold.first()} to ${fold.last()}, ascending, no duplicates${fold.skipped() > 0 ? `; ${fold.skipped()} filtered out, with their hashes` : ", no gaps"}.`,
  );
  reportTree(checks, header, fold, covered);
  reportOlder(checks, fold, signed, options);
  reportGaps(checks, header, fold, numbers);
  reportComplete(checks, header, fold);
  selection?.finish();
  const newestAt = reportAge(checks, options, { newestTs, signed });
  const hasFailed = checks.failed(...checkNames.filter((name) => !undecisive.includes(name)));
  return {
    kind: "export",
    checks: checks.all(),
    level: hasFailed ? "failed" : (signed.level ?? "unsealed"),
    size: header.size,
    entries,
    unsealed: fold.uncoveredEntries(),
    first: fold.first(),
    last: fold.last(),
    newestAt,
    log: header.log,
    vkey: header.vkey,
    rootHex: header.rootHex,
    keyPinned: signed.keyPinned,
    filter: header.filter,
    cosignedBy: signed.cosigned.map(({ name, timestamp }) => ({
      name,
      at: new Date(timestamp * 1000).toISOString(),
    })),
  };
}

const countEntries = (entries: number): string =>
  `${entries} ${entries === 1 ? "entry" : "entries"}`;

/**
 * Completeness is claimed only for a file that holds every entry. The label of a filter is text of
 * whoever wrote the file, so a file with one proves no more than one without.
 */
function reportComplete(
  checks: CheckResults,
  { filter, size, checkpoint }: ExportHeaderLine,
  fold: Fold,
): void {
  const entries = fold.entries();
  const held = `${entries - fold.uncoveredEntries()} of ${countEntries(size)} of the checkpoint`;
  if (filter === "" && fold.skipped() > 0)
    checks.problem(
      "complete",
      `The file states that it is an export of everything, but only the hashes of ${countEntries(fold.skipped())} are in it: ${held}.`,
    );
  if (checks.failed("order", "complete")) return;
  if (checkpoint === null)
    return checks.skip(
      "complete",
      `The file holds ${countEntries(entries)}, as its header states, and has no checkpoint: nothing shows whether entries are missing.`,
    );
  if (filter !== "")
    return checks.skip(
      "complete",
      `The file holds ${held}, as its header states for the filter ${filter}. Whether other entries match that filter, this file can't show: compare it with an export of everything.`,
    );
  checks.count("complete", entries);
  checks.summarize(
    "complete",
    `The file holds ${held}; nothing is missing up to entry ${size - 1}.`,
  );
}

function reportTree(
  checks: CheckResults,
  { size, rootHex }: ExportHeaderLine,
  fold: Fold,
  covered: number,
): void {
  if (rootHex === null) return checks.skip("tree", "The file has no checkpoint.");
  if (!fold.isComplete()) {
    if (!checks.failed("order", "complete", "tree"))
      checks.problem(
        "complete",
        `The file ends before the ${size} entries of its checkpoint; its last entry is ${fold.last() ?? "none"}.`,
      );
    return checks.skip(
      "tree",
      "Entries are missing or out of order, so the root hash cannot be computed.",
    );
  }
  checks.count("tree", covered);
  checks.summarize(
    "tree",
    `The hashes of ${countEntries(covered)}${fold.skipped() > 0 ? ` and of ${fold.skipped()} filtered out` : ""} lead to the checkpoint's root ${rootHex}.`,
  );
  if (fold.rootHex() !== rootHex)
    checks.problem(
      "tree",
      `The entries lead to the root ${fold.rootHex()}, but the signed root is ${rootHex}.`,
    );
}

function reportOlder(
  checks: CheckResults,
  fold: Fold,
  { older }: TrustResult,
  { since }: TrustOptions,
): void {
  if (!older || since === undefined) return;
  const outcome = fold.olderResult();
  checks.summarize("since", `The first ${older.size} entries match the older checkpoint.`);
  if (outcome === "failed")
    checks.problem(
      "since",
      `The first ${older.size} entries do not match the older checkpoint: the log was rewritten.`,
    );
  else if (outcome === "not-reached")
    checks.skip(
      "since",
      `The root at ${older.size} entries cannot be computed, because entries around it are filtered out or missing. Export everything to compare.`,
    );
}

function reportGaps(
  checks: CheckResults,
  header: ExportHeaderLine,
  fold: Fold,
  numbers: SourceNumbers,
): void {
  checks.count("gaps", numbers.runCount());
  const gaps = fold.skipped() === 0 && header.filter === "" ? numbers.listMissing() : [];
  for (const { key, ranges, count } of gaps)
    checks.problem(
      "gaps",
      `${count} ${count === 1 ? "entry" : "entries"} of ${key} missing: ${ranges}.`,
    );
  for (const { id, boot, missing } of header.gaps)
    if (gaps.length === 0)
      checks.problem(
        "gaps",
        `The log itself reports that the numbers ${missing} of ${id} (run ${boot}) are missing.`,
      );
  if (fold.skipped() > 0 || header.filter !== "")
    checks.skip(
      "gaps",
      "The export is filtered, so gaps in the numbers of sources cannot be detected. Export everything to check.",
    );
  else
    checks.summarize(
      "gaps",
      numbers.runCount() === 0
        ? "No entry has a source number."
        : `Every number that ${numbers.runCount() === 1 ? "the only source run" : `${numbers.runCount()} source runs`} reported as committed is present.`,
    );
}

/** Reads the first line. Throws ProofError `verify.not-an-export` if it is too long. */
export async function openFile(pieces: FileChunks): Promise<OpenedFile> {
  const iterator = pieces[Symbol.asyncIterator]();
  const read: Buffer[] = [];
  let length = 0;
  for (;;) {
    const { value, done } = await iterator.next();
    const piece = done
      ? Buffer.alloc(0)
      : typeof value === "string"
        ? Buffer.from(value)
        : Buffer.from(value);
    const cut = piece.indexOf(10);
    length += piece.length;
    if (cut >= 0 || done) {
      const line = Buffer.concat([
        ...read,
        piece.subarray(0, cut < 0 ? piece.length : cut),
      ]).toString("utf8");
      return {
        line,
        rest: remainingChunks(piece.subarray(cut < 0 ? piece.length : cut + 1), iterator),
      };
    }
    if (length > maxHeaderBytes)
      throw new ProofError(
        "verify.not-an-export",
        "The first line of the file is too long to be the header of an export.",
      );
    read.push(piece);
  }
}

async function* remainingChunks(
  first: Buffer,
  iterator: AsyncIterator<Uint8Array | string>,
): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (;;) {
    const { value, done } = await iterator.next();
    if (done) return;
    yield typeof value === "string"
      ? Buffer.from(value)
      : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
}
