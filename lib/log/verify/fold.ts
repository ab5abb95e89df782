import { hash } from "node:crypto";
import { needSkip } from "../pure/multi-proof";
import { isProofError } from "../pure/proof-error";
import { makeCompactRange } from "../tree/compact-range";
import type { Findings } from "./report";

/** An older checkpoint whose root is to come out on the way. */
export type Waypoint = Readonly<{ size: number; rootHex: string }>;

/** Follows the numbers of a file and folds its hashes to the root of the checkpoint. */
export type Fold = Readonly<{
  /** One entry under the checkpoint, by the hash that its line states. */
  leaf: (seq: number, leafHashHex: string) => void;
  skip: (from: number, to: number, hashes: readonly Uint8Array[]) => void;
  /** One entry that no checkpoint covers. */
  unsealed: (seq: number) => void;
  entries: () => number; unsealedEntries: () => number; skipped: () => number; first: () => number | null; last: () => number | null;
  /** Nothing is missing and nothing was out of order below the checkpoint. */
  whole: () => boolean;
  rootHex: () => string;
  waypoint: () => "passed" | "failed" | "not-reached";
}>;

export function makeFold(findings: Findings, size: number, waypoint: Waypoint | null): Fold {
  const range = makeCompactRange();
  let next = 0, isWhole = true, entries = 0, unsealed = 0, skipped = 0, first: number | null = null, last: number | null = null, reached: "passed" | "failed" | "not-reached" = "not-reached";

  const rootHex = (): string => Buffer.from(range.root()).toString("hex");
  const pass = (): void => { if (waypoint && range.size() === waypoint.size) reached = isWhole && rootHex() === waypoint.rootHex ? "passed" : "failed"; };
  const count = (seq: number): void => {
    entries += 1;
    first ??= seq;
    last = seq;
  };
  /** Whether what begins at `seq` goes on where the file was; says what is wrong if it does not. */
  const follows = (seq: number, what: string): boolean => {
    if (seq === next) return true;
    isWhole = false;
    findings.problem("order", seq < next ? `${what} comes after ${seqWords(next - 1)}: doubled, swapped or inserted.` : `${rangeWords(next, seq)} missing before ${seq}.`);
    return seq > next;
  };
  pass();
  return {
    leaf: (seq, leafHashHex) => {
      if (seq !== next && !follows(seq, seqWords(seq))) return count(seq);
      count(seq);
      next = seq + 1;
      if (!isWhole) return;
      range.addLeafHex(leafHashHex);
      if (waypoint !== null && seq + 1 === waypoint.size) pass();
    },
    skip: (from, to, hashes) => {
      if (!follows(from, `What was left out from ${from}`)) return;
      if (to > size) return findings.problem("order", `Entries up to ${to - 1} are left out, past the checkpoint of ${size} entries.`);
      next = to;
      skipped += to - from;
      try {
        for (const [at, { level }] of needSkip(from, to, hashes).entries()) {
          if (!isWhole) break;
          range.addSubtree(level, hashes[at]!);
          pass();
        }
      } catch (error) {
        if (!isProofError(error)) throw error;
        isWhole = false;
        findings.problem("tree", error.message);
      }
    },
    unsealed: (seq) => {
      count(seq);
      unsealed += 1;
      if (seq < next) findings.problem("order", `${seqWords(seq)} comes after ${seqWords(next - 1)}: doubled, swapped or inserted.`);
      else next = seq + 1;
    },
    entries: () => entries, unsealedEntries: () => unsealed, skipped: () => skipped, first: () => first, last: () => last,
    whole: () => isWhole && range.size() === size,
    rootHex,
    waypoint: () => reached,
  };
}

const seqWords = (seq: number): string => `Entry ${seq}`;
const rangeWords = (from: number, before: number): string => (before - from === 1 ? `Entry ${from} is` : `Entries ${from} to ${before - 1} are`);

/** SHA-256(0x00 || entry) in hex, where the byte before the entry is free to be overwritten for a moment: nothing is copied. */
export function leafHashInPlace(bytes: Buffer, from: number, end: number): string {
  const before = bytes[from - 1]!;
  bytes[from - 1] = 0;
  const hex = hash("sha256", bytes.subarray(from - 1, end), "hex");
  bytes[from - 1] = before;
  return hex;
}
