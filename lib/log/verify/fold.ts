import { hash } from "node:crypto";
import { requireSkipHashes, type Subtree } from "@/lib/log/pure/compact-range";
import { isProofError } from "@/lib/log/pure/proof-error";
import { makeSyncCompactRange } from "@/lib/log/tree/compact-range-sync";
import type { CheckResults } from "./report";

/** An older checkpoint whose root the entries must have at its size. */
export type OlderCheckpoint = Readonly<{ size: number; rootHex: string }>;

/** Follows the entry numbers of a file and folds its hashes to the root of the checkpoint. */
export type Fold = Readonly<{
  /** Adds an entry that the checkpoint covers, by the hash that its line states. */
  addLeaf: (seq: number, leafHash: Uint8Array) => void;
  skip: (from: number, to: number, hashes: readonly Uint8Array[]) => void;
  /** Adds an entry that no checkpoint covers. */
  addUncovered: (seq: number) => void;
  entries: () => number;
  uncoveredEntries: () => number;
  skipped: () => number;
  first: () => number | null;
  last: () => number | null;
  /** Whether everything below the checkpoint is there, in order. */
  isComplete: () => boolean;
  rootHex: () => string;
  olderResult: () => "passed" | "failed" | "not-reached";
}>;

export function makeFold(checks: CheckResults, size: number, older: OlderCheckpoint | null): Fold {
  const range = makeSyncCompactRange();
  const count = makeEntryCounter();
  let next = 0;
  let isContiguous = true;
  let uncovered = 0;
  let skipped = 0;
  let olderResult: "passed" | "failed" | "not-reached" = "not-reached";
  const rootHex = (): string => Buffer.from(range.root()).toString("hex");
  const compareOlder = (): void => {
    if (range.size() === older?.size)
      olderResult = rootHex() === older.rootHex ? "passed" : "failed";
  };
  /** Whether `seq` can follow what the file has so far; reports a problem if it leaves a gap. */
  const follows = (seq: number, subject: string): boolean => {
    if (seq === next) return true;
    isContiguous = false;
    checks.problem("order", describeBreak(subject, seq, next));
    return seq > next;
  };
  const addLeaf = (seq: number, leafHash: Uint8Array): void => {
    count.add(seq);
    if (seq !== next && !follows(seq, `Entry ${seq}`)) return;
    next = seq + 1;
    if (!isContiguous) return;
    range.addLeaf(leafHash);
    if (next === older?.size) compareOlder();
  };
  const skip = (from: number, to: number, hashes: readonly Uint8Array[]): void => {
    if (!follows(from, `The skipped range from ${from}`)) return;
    if (to > size) return checks.problem("order", describeOverrun(to, size));
    skipped += to - from;
    const subtrees = subtreesOrNull(checks, from, to, hashes);
    next = Math.max(to, next);
    if (!subtrees) isContiguous = false;
    for (const [at, { level }] of (isContiguous && subtrees ? subtrees : []).entries()) {
      range.addSubtree(level, hashes[at]!);
      compareOlder();
    }
  };
  compareOlder();
  return {
    addLeaf,
    skip,
    addUncovered: (seq) => {
      count.add(seq);
      uncovered += 1;
      if (seq < next) checks.problem("order", describeBreak(`Entry ${seq}`, seq, next));
      else next = seq + 1;
    },
    entries: count.entries,
    first: count.first,
    last: count.last,
    uncoveredEntries: () => uncovered,
    skipped: () => skipped,
    isComplete: () => isContiguous && range.size() === size,
    rootHex,
    olderResult: () => olderResult,
  };
}

function makeEntryCounter() {
  let entries = 0;
  let first: number | null = null;
  let last: number | null = null;
  const add = (seq: number): void => {
    entries += 1;
    first ??= seq;
    last = seq;
  };
  return { add, entries: () => entries, first: () => first, last: () => last };
}

function subtreesOrNull(
  checks: CheckResults,
  from: number,
  to: number,
  hashes: readonly Uint8Array[],
): Subtree[] | null {
  try {
    return requireSkipHashes(from, to, hashes);
  } catch (error) {
    if (!isProofError(error)) throw error;
    checks.problem("tree", error.message);
    return null;
  }
}

const describeRange = (from: number, before: number): string =>
  before - from === 1 ? `Entry ${from} is` : `Entries ${from} to ${before - 1} are`;

const describeOverrun = (to: number, size: number): string =>
  `Entries up to ${to - 1} are skipped, beyond the checkpoint of ${size} entries.`;

/** Why `seq` cannot follow where `next` is expected: it is too low, or entries are missing. */
const describeBreak = (subject: string, seq: number, next: number): string =>
  seq < next
    ? `${subject} comes after entry ${next - 1}: it is a duplicate, out of order or inserted.`
    : `${describeRange(next, seq)} missing before ${seq}.`;

/**
 * Whether SHA-256(0x00 || entry) equals this hash. Temporarily overwrites the byte before the entry
 * to avoid a copy.
 */
export function isLeafHash(
  bytes: Buffer,
  from: number,
  end: number,
  leafHash: Uint8Array,
): boolean {
  const before = bytes[from - 1]!;
  bytes[from - 1] = 0;
  const digest = hash("sha256", bytes.subarray(from - 1, end), "binary");
  bytes[from - 1] = before;
  for (let at = 0; at < digest.length; at += 1)
    if (digest.charCodeAt(at) !== leafHash[at]) return false;
  return true;
}
