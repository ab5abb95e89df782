import { hash } from "node:crypto";
import { needSkip } from "../pure/multi-proof";

const HASH = 32, PEAKS = 64;

/**
 * Folds leaf hashes in order to a root, synchronously and in constant memory: the fast sibling of makeFolder. Hashes come in hex, as
 * exports have them.
 */
export type CompactRange = Readonly<{
  size: () => number;
  addLeafHex: (leafHashHex: string) => void;
  /** A complete subtree of 2^level entries; size() must be a multiple of that. */
  addSubtree: (level: number, hash: Uint8Array) => void;
  /** As Folder.skip: the entries up to `to - 1` by the hashes of their subtrees. Throws ProofError `proof.skip`. */
  skip: (to: number, hashes: readonly Uint8Array[]) => void;
  root: () => Uint8Array;
}>;

export function makeCompactRange(): CompactRange {
  // Peaks lie side by side, so that two of them and the byte before are the input of their parent's hash.
  const stack = Buffer.alloc(1 + PEAKS * HASH), inputs = Array.from({ length: PEAKS - 1 }, (_none, at) => stack.subarray(at * HASH, at * HASH + 1 + 2 * HASH));
  const levels: number[] = [];
  let size = 0;

  const join = (left: number): void => {
    const input = inputs[left]!, before = input[0]!;
    input[0] = 1;
    const parent = hash("sha256", input, "binary");
    input[0] = before;
    input.write(parent, 1, HASH, "latin1");
  };
  const settle = (level: number): void => {
    size += 2 ** level;
    let top = level;
    while (levels.length > 0 && levels[levels.length - 1] === top) {
      levels.pop();
      join(levels.length);
      top += 1;
    }
    levels.push(top);
  };
  const addSubtree = (level: number, subtree: Uint8Array): void => {
    stack.set(subtree, 1 + levels.length * HASH);
    settle(level);
  };
  return {
    size: () => size,
    addSubtree,
    addLeafHex: (leafHashHex) => {
      stack.write(leafHashHex, 1 + levels.length * HASH, HASH, "hex");
      settle(0);
    },
    skip: (to, hashes) => {
      for (const [at, { level }] of needSkip(size, to, hashes).entries()) addSubtree(level, hashes[at]!);
    },
    root: () => {
      if (levels.length === 0) return Buffer.from(hash("sha256", "", "hex"), "hex");
      const kept = Buffer.from(stack);
      for (let at = levels.length - 2; at >= 0; at -= 1) join(at);
      const root = Uint8Array.from(stack.subarray(1, 1 + HASH));
      stack.set(kept);
      return root;
    },
  };
}
