import type { LogCrypto } from "./crypto";
import { emptyRoot, nodeHashOf } from "./hashes";
import { ProofError } from "./proof-error";

/** A complete subtree: 2^level entries from index * 2^level. */
export type Subtree = Readonly<{ level: number; index: number }>;

/**
 * The complete subtrees, each as large as it can be, that make up the entries `from` to `to - 1`, left to right. Their hashes stand for those
 * entries: with them, who has all other entries computes the root. Few even for millions of entries (at most two for each level).
 */
export function subtreesOf(from: number, to: number): Subtree[] {
  const found: Subtree[] = [];
  for (let at = from; at < to;) {
    let level = 0,
      width = 1;
    while (at % (width * 2) === 0 && at + width * 2 <= to) [level, width] = [level + 1, width * 2];
    found.push({ level, index: at / width });
    at += width;
  }
  return found;
}

/** Folds entries and skipped ranges, in order, to the root, holding one hash for each level. */
export type Folder = Readonly<{
  size: () => number;
  addLeaf: (leafHash: Uint8Array) => Promise<void>;
  /** The entries from size() to `to - 1` by the hashes of subtreesOf(size(), to). Throws ProofError `proof.skip`. */
  skip: (to: number, hashes: readonly Uint8Array[]) => Promise<void>;
  root: () => Promise<Uint8Array>;
}>;

export function makeFolder(c: LogCrypto): Folder {
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
      const subtrees = needSkip(size, to, hashes);
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

/** The subtrees that `hashes` stand for. Throws ProofError `proof.skip` if their number or length is not that of subtreesOf(from, to). */
export function needSkip(from: number, to: number, hashes: readonly Uint8Array[]): Subtree[] {
  if (!Number.isSafeInteger(to) || to <= from)
    throw new ProofError("proof.skip", `Entries ${from} to ${to} cannot be left out.`);
  const subtrees = subtreesOf(from, to);
  if (hashes.length !== subtrees.length || hashes.some((hash) => hash.length !== 32))
    throw new ProofError(
      "proof.skip",
      `Leaving out entries ${from} to ${to - 1} takes ${subtrees.length} hashes, not ${hashes.length}.`,
    );
  return subtrees;
}
