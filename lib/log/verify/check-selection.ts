import { intersect } from "@/lib/log/derive/entry-bits";
import { addProvenRun, rootOfPath } from "@/lib/log/derive/prove-pages";
import { parseEntryText, segmentFormat } from "@/lib/log/pure/search-tokens";
import {
  decodeHead,
  decodeTimes,
  type EntryBits,
  entriesPerTimePage,
  makeBits,
  PageError,
  type SegmentHead,
} from "@/lib/log/pure/segment-format";
import { isAppError } from "@/lib/errors/app-error";
import { type Filter, parseFilter, searchOf } from "@/lib/log/search/filter";
import { leafHashSync } from "@/lib/log/tree/hash-sync";
import type { ExportHeaderLine } from "./read-header";
import type { CheckResults } from "./report";

/** Compares the entries of a filtered file with what the search index has for its filter. */
export type SelectionCheck = Readonly<{
  /** Notes an entry of the file. */
  note: (seq: number) => void;
  /** Reads a line of the index. */
  addLine: (value: unknown, problem: (text: string) => void) => void;
  finish: () => void;
}>;

type Page = Readonly<{ n: number; body: Buffer; path: readonly Buffer[] }>;
type Proof = Readonly<{
  seal: Readonly<{ seq: number; entry: Buffer; path: readonly Buffer[] }>;
  pages: readonly Page[];
}>;
/** A segment as the log has its digest. */
type Sealed = Readonly<{ low: number; high: number; pages: number; root: string }>;

/** What is wrong with the lines of the index, in words. */
class SelectionError extends Error {}

/**
 * For each segment that the file proves, its entries must be exactly those that the segment has for
 * the filter. The filter is the one that the header's `query` states, in the words of this verifier.
 */
export function makeSelectionCheck(
  checks: CheckResults,
  { size, rootHex, filter: label, query }: ExportHeaderLine,
): SelectionCheck {
  const held = makeSeqSet();
  const proofs: Proof[] = [];
  const verify = (filter: Filter): number => {
    let next = 0;
    for (const proof of proofs) {
      const sealed = readSeal(proof, size, rootHex);
      compare(checks, held, matchesIn(proof, sealed, filter), sealed);
      if (sealed.low === next) next = sealed.high;
    }
    return next;
  };
  return {
    note: held.add,
    addLine: (value, problem) => {
      const proof = readProof(value);
      if (proof === null) problem("it is not a line of the index.");
      else proofs.push(proof);
    },
    finish: () => {
      if (label === "") return;
      if (query === null)
        return checks.skip("selection", "The header has no query, so the file can't be compared.");
      try {
        // Whatever else can be shown: a header that states two filters is no export of a log.
        const filter = parseFilter(query);
        if (filter.text !== label)
          throw new SelectionError("The header states one filter as text and another as a query.");
        if (proofs.length === 0)
          return checks.skip(
            "selection",
            "The file has no pages of the search index for its filter.",
          );
        if (checks.failed("tree", "order", "signature"))
          return checks.skip("selection", "The entries themselves don't verify.");
        const to = verify(filter);
        if (to === 0)
          return checks.skip(
            "selection",
            "The pages of the search index in the file don't begin with the first entry.",
          );
        checks.count("selection", to);
        checks.summarize("selection", summaryOf(filter.text, to, size));
      } catch (error) {
        if (!isSelectionError(error)) throw error;
        checks.problem("selection", error.message);
      }
    },
  };
}

const isSelectionError = (error: unknown): error is Error =>
  error instanceof SelectionError || error instanceof PageError || isAppError(error);

function summaryOf(filter: string, to: number, size: number): string {
  const shown = `Of the entries 0 to ${to - 1}, the file holds exactly those that the search index, as it was committed to the log when it was sealed, has for ${filter}.`;
  return to === size
    ? shown
    : `${shown} The entries ${to} to ${size - 1} are not proven so: whether others of them match, this file can't show.`;
}

/** The digest that the log has of the segment of a proof. */
function readSeal(
  { seal: { seq, entry, path } }: Proof,
  size: number,
  rootHex: string | null,
): Sealed {
  const root = rootOfPath(leafHashSync(entry), seq, size, path);
  if (root === null || Buffer.from(root).toString("hex") !== rootHex)
    throw new SelectionError(`Entry ${seq}, with a digest of the index, is not in the log.`);
  const { action, outcome, details } = parseEntryText(entry.toString("utf8")) ?? {};
  const { low, high, pages, format, root: digest } = (details ?? {}) as Record<string, unknown>;
  const isSeal = action === "index.sealed" && outcome === "success" && format === segmentFormat;
  if (!isSeal || !isCount(low) || !isCount(high) || !isCount(pages) || typeof digest !== "string")
    throw new SelectionError(`Entry ${seq} has no digest of the index.`);
  if (low >= high || high > seq)
    throw new SelectionError(`Entry ${seq} has a digest of entries that are not before it.`);
  return { low, high, pages, root: digest };
}

/** The pages of a proof by their place, each one of the segment, the head among them. */
function provenPages(
  { pages }: Proof,
  sealed: Sealed,
  place: string,
): Readonly<{ head: SegmentHead; proven: ReadonlyMap<number, Uint8Array> }> {
  const proven = new Map<number, Uint8Array>();
  for (const { n, body, path } of pages) {
    const root = rootOfPath(leafHashSync(body), n, sealed.pages, path);
    if (root === null || Buffer.from(root).toString("hex") !== sealed.root)
      throw new SelectionError(`Page ${n} does not belong to ${place}.`);
    proven.set(n, body);
  }
  const head = decodeHead(proven.get(0) ?? new Uint8Array(0));
  if (head?.low !== sealed.low || head.high !== sealed.high)
    throw new SelectionError(`The head of ${place} is missing or another one's.`);
  return { head, proven };
}

type Times = Readonly<{ fromMs: number | null; untilMs: number | null }>;
const isOutside = (time: number, { fromMs, untilMs }: Times): boolean =>
  (fromMs !== null && time < fromMs) || (untilMs !== null && time >= untilMs);

/** The entries of a segment that match, by the pages that are proven. */
function matchesIn(proof: Proof, sealed: Sealed, filter: Filter): EntryBits {
  const place = `the segment of the entries ${sealed.low} to ${sealed.high - 1}`;
  const { head, proven } = provenPages(proof, sealed, place);
  const entries = head.high - head.low;
  const { all, fromMs = null, untilMs = null } = searchOf(filter, { low: 0, high: head.high });
  const times = { fromMs, untilMs };
  const bits = makeBits(entries);
  if ((fromMs !== null && head.lastMs < fromMs) || (untilMs !== null && head.firstMs >= untilMs))
    return bits;
  for (let n = 0; n < entries; n += 1) bits[n >> 3]! |= 1 << (n & 7);
  const start = 1 + Math.ceil(entries / entriesPerTimePage);
  for (const clause of all) {
    const found = makeBits(entries);
    for (const run of clause)
      if (!addProvenRun({ pages: proven, start, end: sealed.pages }, run, found))
        throw new SelectionError(`Pages of ${place} are missing.`);
    intersect(bits, found);
  }
  if (isOutside(head.firstMs, times) || isOutside(head.lastMs, times))
    keepTimes(bits, entries, (time) => isOutside(time, times), {
      read: (block) => proven.get(1 + block),
      place,
    });
  return bits;
}

function keepTimes(
  bits: EntryBits,
  entries: number,
  isOut: (time: number) => boolean,
  { read, place }: Readonly<{ read: (block: number) => Uint8Array | undefined; place: string }>,
): void {
  for (let block = 0; block * entriesPerTimePage < entries; block += 1) {
    const body = read(block);
    if (body === undefined) throw new SelectionError(`Times of ${place} are missing.`);
    for (const [at, time] of decodeTimes(body).entries()) {
      const n = block * entriesPerTimePage + at;
      if (isOut(time)) bits[n >> 3]! &= ~(1 << (n & 7));
    }
  }
}

function compare(checks: CheckResults, held: SeqSet, bits: EntryBits, { low, high }: Sealed): void {
  for (let seq = low; seq < high; seq += 1) {
    const n = seq - low;
    const matches = (bits[n >> 3]! & (1 << (n & 7))) !== 0;
    if (matches === held.has(seq)) continue;
    checks.problem(
      "selection",
      matches
        ? `Entry ${seq} matches the filter according to the search index, but is not in the file.`
        : `Entry ${seq} is in the file, but does not match its filter according to the search index.`,
    );
  }
}

type SeqSet = ReturnType<typeof makeSeqSet>;

/** A set of entry numbers, a bit for each in blocks of 4,096. */
function makeSeqSet() {
  const blocks = new Map<number, Uint8Array>();
  const blockOf = (seq: number): number => Math.floor(seq / entriesPerTimePage);
  return {
    add: (seq: number): void => {
      const block = blocks.get(blockOf(seq)) ?? makeBits(entriesPerTimePage);
      const n = seq % entriesPerTimePage;
      block[n >> 3]! |= 1 << (n & 7);
      blocks.set(blockOf(seq), block);
    },
    has: (seq: number): boolean => {
      const n = seq % entriesPerTimePage;
      return ((blocks.get(blockOf(seq))?.[n >> 3] ?? 0) & (1 << (n & 7))) !== 0;
    },
  };
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

function readProof(value: unknown): Proof | null {
  const { seal, pages } = (value ?? {}) as { seal?: Record<string, unknown>; pages?: unknown };
  const { seq, entry, path } = seal ?? {};
  const bytes = readBase64(entry);
  const hashes = readPath(path);
  if (!isCount(seq) || bytes === null || hashes === null || !Array.isArray(pages)) return null;
  const read = pages.map(readPage);
  return read.includes(null)
    ? null
    : { seal: { seq, entry: bytes, path: hashes }, pages: read as Page[] };
}

function readPage(value: unknown): Page | null {
  const { n, body, path } = (value ?? {}) as Record<string, unknown>;
  const bytes = readBase64(body);
  const hashes = readPath(path);
  return isCount(n) && bytes !== null && hashes !== null ? { n, body: bytes, path: hashes } : null;
}

function readBase64(value: unknown): Buffer | null {
  const bytes = typeof value === "string" ? Buffer.from(value, "base64") : null;
  return bytes?.toString("base64") === value ? bytes : null;
}

function readPath(value: unknown): Buffer[] | null {
  if (!Array.isArray(value)) return null;
  const hashes = value.map(readBase64);
  return hashes.every((hash): hash is Buffer => hash?.length === 32) ? hashes : null;
}
