import type { LogCrypto } from "./crypto";
import { emptyRoot, nodeHashOf } from "./hashes";
import { ProofError } from "./proof-error";

/** A complete subtree: 2^level entries from index * 2^level. */
export type Subtree = Readonly<{ level: number; index: number }>;

/**
 * The largest complete subtrees that cover the entries `from` to `to - 1`, left to right. Their
 * hashes stand in for those entries: a verifier that has all other entries can compute the root.
 * There are few even for millions of entries (at most two per level).
 */
export function subtreesOf(from: number, to: number): Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = from; at < to;) {
    let level = 0;
    let width = 1;
    while (at % (width * 2) === 0 && at + width * 2 <= to) [level, width] = [level + 1, width * 2];
    subtrees.push({ level, index: at / width });
    at += width;
  }
  return subtrees;
}

/** Folds entries and skipped ranges, in order, to the root. Holds at most one hash per level. */
export type CompactRange = Readonly<{
  size: () => number;
  addLeaf: (leafHash: Uint8Array) => Promise<void>;
  /**
   * Adds the entries from size() to `to - 1` by the hashes of subtreesOf(size(), to). Throws
   * ProofError `proof.skip`.
   */
  skip: (to: number, hashes: readonly Uint8Array[]) => Promise<void>;
  root: () => Promise<Uint8Array>;
}>;

export function makeCompactRange(c: LogCrypto): CompactRange {
  const peaks: { level: number; hash: Uint8Array }[] = [];
  let size = 0;
  const add = async (level: number, hash: Uint8Array): Promise<void> => {
    let peak = { level, hash };
    for (let last = peaks.at(-1); last?.level === peak.level; last = peaks.at(-1)) {
      peaks.pop();
      peak = { level: peak.level + 1, hash: await nodeHashOf(c, last.hash, peak.hash) };
    }
    peaks.push(peak);
    size += 2 ** level;
  };
  return {
    size: () => size,
    addLeaf: (leafHash) => add(0, leafHash),
    skip: async (to, hashes) => {
      const subtrees = requireSkipHashes(size, to, hashes);
      for (const [at, { level }] of subtrees.entries()) await add(level, hashes[at]!);
    },
    root: async () => {
      let root = peaks.at(-1)?.hash ?? emptyRoot;
      for (let at = peaks.length - 2; at >= 0; at -= 1)
        root = await nodeHashOf(c, peaks[at]!.hash, root);
      return root;
    },
  };
}

/**
 * The subtrees that `hashes` belong to. Throws ProofError `proof.skip` if the number or the length
 * of the hashes does not match subtreesOf(from, to).
 */
export function requireSkipHashes(
  from: number,
  to: number,
  hashes: readonly Uint8Array[],
): Subtree[] {
  if (!Number.isSafeInteger(to) || to <= from)
    throw new ProofError("proof.skip", `Entries ${from} to ${to} are not a valid range to skip.`);
  const subtrees = subtreesOf(from, to);
  if (hashes.length !== subtrees.length || hashes.some((hash) => hash.length !== 32))
    throw new ProofError(
      "proof.skip",
      `Skipping entries ${from} to ${to - 1} takes ${subtrees.length} hashes, not ${hashes.length}.`,
    );
  return subtrees;
}
