import { hash } from "node:crypto";
import { needSkip } from "../pure/multi-proof";

const HASH = 32,
  PEAKS = 64;

/** Folds leaf hashes in order to a root, synchronously and in constant memory: the fast sibling of makeFolder. */
export type CompactRange = Readonly<{
  size: () => number;
  addLeaf: (leafHash: Uint8Array) => void;
  addLeafHex: (leafHashHex: string) => void;
  /** A complete subtree of 2^level entries; size() must be a multiple of that. */
  addSubtree: (level: number, hash: Uint8Array) => void;
  /** As Folder.skip: the entries up to `to - 1` by the hashes of their subtrees. Throws ProofError `proof.skip`. */
  skip: (to: number, hashes: readonly Uint8Array[]) => void;
  root: () => Uint8Array;
}>;

export function makeCompactRange(): CompactRange {
  // Peaks lie side by side, so that two of them and the byte before are the input of their parent's hash.
  const stack = Buffer.alloc(1 + PEAKS * HASH),
    inputs = Array.from({ length: PEAKS - 1 }, (_none, at) =>
      stack.subarray(at * HASH, at * HASH + 1 + 2 * HASH),
    );
  // The level of each peak; a list that shrinks and grows would cost more.
  const levels = new Int32Array(PEAKS);
  let size = 0,
    depth = 0;

  const join = (left: number): void => {
    const input = inputs[left]!,
      before = input[0]!;
    input[0] = 1;
    const parent = hash("sha256", input, "binary");
    input[0] = before;
    // Faster than Buffer.write, which goes through three layers for so few bytes.
    for (let at = 0; at < HASH; at += 1) input[at + 1] = parent.charCodeAt(at);
  };
  const settle = (level: number): void => {
    size += 2 ** level;
    let top = level;
    while (depth > 0 && levels[depth - 1] === top) {
      depth -= 1;
      join(depth);
      top += 1;
    }
    levels[depth] = top;
    depth += 1;
  };
  const addSubtree = (level: number, subtree: Uint8Array): void => {
    stack.set(subtree, 1 + depth * HASH);
    settle(level);
  };
  return {
    size: () => size,
    addSubtree,
    addLeafHex: (leafHashHex) => {
      stack.write(leafHashHex, 1 + depth * HASH, HASH, "hex");
      settle(0);
    },
    addLeaf: (leafHash) => {
      stack.set(leafHash, 1 + depth * HASH);
      settle(0);
    },
    skip: (to, hashes) => {
      for (const [at, { level }] of needSkip(size, to, hashes).entries())
        addSubtree(level, hashes[at]!);
    },
    root: () => {
      if (depth === 0) return Buffer.from(hash("sha256", "", "hex"), "hex");
      const kept = Buffer.from(stack);
      for (let at = depth - 2; at >= 0; at -= 1) join(at);
      const root = Uint8Array.from(stack.subarray(1, 1 + HASH));
      stack.set(kept);
      return root;
    },
  };
}
