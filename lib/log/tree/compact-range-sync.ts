import { hash } from "node:crypto";
import { requireSkipHashes } from "@/lib/log/pure/compact-range";

const hashBytes = 32;
const maxPeaks = 64;

/**
 * Folds leaf hashes, in order, to a root in constant memory: the synchronous, fast variant of
 * CompactRange for Node.
 */
export type SyncCompactRange = Readonly<{
  size: () => number;
  addLeaf: (leafHash: Uint8Array) => void;
  addLeafHex: (leafHashHex: string) => void;
  /** A complete subtree of 2^level entries; size() must be a multiple of that. */
  addSubtree: (level: number, hash: Uint8Array) => void;
  /**
   * Adds the entries up to `to - 1` by the hashes of their subtrees, as CompactRange.skip does.
   * Throws ProofError `proof.skip`.
   */
  skip: (to: number, hashes: readonly Uint8Array[]) => void;
  root: () => Uint8Array;
}>;

export function makeSyncCompactRange(): SyncCompactRange {
  // Peaks are adjacent, so that two of them and the byte before are the hash input of their parent.
  const stack = Buffer.alloc(1 + maxPeaks * hashBytes);
  const inputs = Array.from({ length: maxPeaks - 1 }, (_none, at) =>
    stack.subarray(at * hashBytes, at * hashBytes + 1 + 2 * hashBytes),
  );
  // The level of each peak, in a fixed array: a list that grows and shrinks costs more.
  const levels = new Int32Array(maxPeaks);
  let size = 0;
  let depth = 0;
  const hashPair = (left: number): void => {
    const input = inputs[left]!;
    const before = input[0]!;
    input[0] = 1;
    const parent = hash("sha256", input, "binary");
    input[0] = before;
    // Faster than Buffer.write, which has too much overhead for 32 bytes.
    for (let at = 0; at < hashBytes; at += 1) input[at + 1] = parent.charCodeAt(at);
  };
  const mergePeaks = (level: number): void => {
    size += 2 ** level;
    let top = level;
    while (depth > 0 && levels[depth - 1] === top) {
      depth -= 1;
      hashPair(depth);
      top += 1;
    }
    levels[depth] = top;
    depth += 1;
  };
  const addSubtree = (level: number, subtree: Uint8Array): void => {
    stack.set(subtree, 1 + depth * hashBytes);
    mergePeaks(level);
  };
  return {
    size: () => size,
    addSubtree,
    addLeafHex: (leafHashHex) => {
      stack.write(leafHashHex, 1 + depth * hashBytes, hashBytes, "hex");
      mergePeaks(0);
    },
    addLeaf: (leafHash) => {
      stack.set(leafHash, 1 + depth * hashBytes);
      mergePeaks(0);
    },
    skip: (to, hashes) => {
      for (const [at, { level }] of requireSkipHashes(size, to, hashes).entries())
        addSubtree(level, hashes[at]!);
    },
    root: () => {
      if (depth === 0) return Buffer.from(hash("sha256", "", "hex"), "hex");
      const saved = Buffer.from(stack);
      for (let at = depth - 2; at >= 0; at -= 1) hashPair(at);
      const root = Uint8Array.from(stack.subarray(1, 1 + hashBytes));
      stack.set(saved);
      return root;
    },
  };
}
