import { hash } from "node:crypto";
import { needSkip, type Subtree } from "../pure/multi-proof";
import { isProofError } from "../pure/proof-error";
import { makeCompactRange } from "../tree/compact-range";
import type { Findings } from "./report";

/** An older checkpoint whose root is to come out on the way. */
export type Waypoint = Readonly<{ size: number; rootHex: string }>;

/** Follows the numbers of a file and folds its hashes to the root of the checkpoint. */
export type Fold = Readonly<{
  /** One entry under the checkpoint, by the hash that its line states. */
  leaf: (seq: number, leafHash: Uint8Array) => void;
  skip: (from: number, to: number, hashes: readonly Uint8Array[]) => void;
  /** One entry that no checkpoint covers. */
  unsealed: (seq: number) => void;
  entries: () => number;
  unsealedEntries: () => number;
  skipped: () => number;
  first: () => number | null;
  last: () => number | null;
  /** Nothing is missing and nothing was out of order below the checkpoint. */
  whole: () => boolean;
  rootHex: () => string;
  waypoint: () => "passed" | "failed" | "not-reached";
}>;

export function makeFold(findings: Findings, size: number, waypoint: Waypoint | null): Fold {
  const range = makeCompactRange(),
    count = makeCount();
  let next = 0,
    isWhole = true,
    unsealed = 0,
    skipped = 0,
    reached: "passed" | "failed" | "not-reached" = "not-reached";

  const rootHex = (): string => Buffer.from(range.root()).toString("hex");
  const pass = (): void => {
    if (range.size() === waypoint?.size)
      reached = rootHex() === waypoint.rootHex ? "passed" : "failed";
  };
  /** Whether what begins at `seq` can go on where the file was; says what is wrong if it does not. */
  const follows = (seq: number, what: string): boolean => {
    if (seq === next) return true;
    isWhole = false;
    findings.problem(
      "order",
      seq < next
        ? `${what} comes after entry ${next - 1}: doubled, swapped or inserted.`
        : `${rangeWords(next, seq)} missing before ${seq}.`,
    );
    return seq > next;
  };
  const leaf = (seq: number, leafHash: Uint8Array): void => {
    count.add(seq);
    if (seq !== next && !follows(seq, `Entry ${seq}`)) return;
    next = seq + 1;
    if (!isWhole) return;
    range.addLeaf(leafHash);
    if (next === waypoint?.size) pass();
  };
  const skip = (from: number, to: number, hashes: readonly Uint8Array[]): void => {
    if (!follows(from, `What was left out from ${from}`)) return;
    if (to > size)
      return findings.problem(
        "order",
        `Entries up to ${to - 1} are left out, past the checkpoint of ${size} entries.`,
      );
    skipped += to - from;
    const subtrees = subtreesOrNull(findings, from, to, hashes);
    next = Math.max(to, next);
    if (!subtrees) isWhole = false;
    for (const [at, { level }] of (isWhole && subtrees ? subtrees : []).entries()) {
      range.addSubtree(level, hashes[at]!);
      pass();
    }
  };
  pass();
  return {
    leaf,
    skip,
    unsealed: (seq) => {
      count.add(seq);
      unsealed += 1;
      if (seq < next)
        findings.problem(
          "order",
          `Entry ${seq} comes after entry ${next - 1}: doubled, swapped or inserted.`,
        );
      else next = seq + 1;
    },
    entries: count.entries,
    first: count.first,
    last: count.last,
    unsealedEntries: () => unsealed,
    skipped: () => skipped,
    whole: () => isWhole && range.size() === size,
    rootHex,
    waypoint: () => reached,
  };
}

function makeCount() {
  let entries = 0,
    first: number | null = null,
    last: number | null = null;
  const add = (seq: number): void => {
    entries += 1;
    first ??= seq;
    last = seq;
  };
  return { add, entries: () => entries, first: () => first, last: () => last };
}

function subtreesOrNull(
  findings: Findings,
  from: number,
  to: number,
  hashes: readonly Uint8Array[],
): Subtree[] | null {
  try {
    return needSkip(from, to, hashes);
  } catch (error) {
    if (!isProofError(error)) throw error;
    findings.problem("tree", error.message);
    return null;
  }
}

const rangeWords = (from: number, before: number): string =>
  before - from === 1 ? `Entry ${from} is` : `Entries ${from} to ${before - 1} are`;

/**
 * Whether SHA-256(0x00 || entry) is this hash, where the byte before the entry is free to be overwritten for a moment: nothing is copied.
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
