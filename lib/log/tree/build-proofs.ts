import { subtreesOf } from "@/lib/log/pure/compact-range";
import { ProofError } from "@/lib/log/pure/proof-error";
import { fullTileWidth, tileWidth } from "@/lib/log/pure/tile";
import { nodeHashSync, rootOfSync } from "./hash-sync";

const hashBytes = 32;
const levelsPerTile = 8;

/** Reads the concatenated hashes of a tile in a tree of that size: 256, fewer at the right edge. */
export type ReadTile = (level: number, index: number, size: number) => Promise<Uint8Array>;

/** Caches the last tiles that were read, because neighboring proofs share them. */
export function cacheTiles(read: ReadTile, maxTiles = 64): ReadTile {
  const cache = new Map<string, Promise<Uint8Array>>();
  return (level, index, size) => {
    const key = `${level}/${index}/${tileWidth(level, index, size)}`;
    const cached = cache.get(key);
    if (cached) return cached;
    const pending = read(level, index, size);
    cache.set(key, pending);
    if (cache.size > maxTiles) cache.delete(cache.keys().next().value!);
    pending.catch(() => cache.delete(key));
    return pending;
  };
}

/**
 * The hash of the complete subtree of 2^level entries from index * 2^level. Throws ProofError
 * `proof.sizes` if the tree is too small for it, `proof.tile` if a tile has the wrong width.
 */
export async function subtreeHash(
  read: ReadTile,
  { level, index }: Readonly<{ level: number; index: number }>,
  size: number,
): Promise<Uint8Array> {
  if ((index + 1) * 2 ** level > size)
    throw new ProofError(
      "proof.sizes",
      `A tree of ${size} entries has no entry ${(index + 1) * 2 ** level - 1}.`,
    );
  const tileLevel = Math.floor(level / levelsPerTile);
  const count = 2 ** (level % levelsPerTile);
  const first = index * count;
  const tile = Math.floor(first / fullTileWidth);
  const hashes = await read(tileLevel, tile, size);
  const offset = (first % fullTileWidth) * hashBytes;
  if (hashes.length !== tileWidth(tileLevel, tile, size) * hashBytes)
    throw new ProofError(
      "proof.tile",
      `Tile ${tileLevel}/${tile} of a tree of ${size} entries has ${hashes.length / hashBytes} hashes, which is the wrong number.`,
    );
  const row = Array.from({ length: count }, (_none, at) =>
    hashes.subarray(offset + at * hashBytes, offset + (at + 1) * hashBytes),
  );
  return Uint8Array.from(rootOfSync(row));
}

/** The hashes of subtreesOf(from, to), which stand in for these entries when they are skipped. */
export async function rangeHashes(
  read: ReadTile,
  from: number,
  to: number,
  size: number,
): Promise<Uint8Array[]> {
  return Promise.all(subtreesOf(from, to).map((subtree) => subtreeHash(read, subtree, size)));
}

/**
 * MTH(D[from:to]) of RFC 6962, section 2.1. `from` must be aligned so that a subtree as large as
 * the range can start there.
 */
async function rangeRoot(
  read: ReadTile,
  from: number,
  to: number,
  size: number,
): Promise<Uint8Array> {
  const peaks = await rangeHashes(read, from, to, size);
  return peaks.length === 0
    ? rootOfSync([])
    : peaks.reduceRight((root, peak) => nodeHashSync(peak, root));
}

/** The root of the tree over the first `size` entries. */
export const rootAt = (read: ReadTile, size: number): Promise<Uint8Array> =>
  rangeRoot(read, 0, size, size);

/** The largest power of two that is smaller than `count`. */
function splitPoint(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/**
 * The inclusion proof PATH of RFC 6962, section 2.1.1: sibling hashes from the leaf up. Throws
 * ProofError `proof.index`.
 */
export async function buildInclusionProof(
  readTile: ReadTile,
  index: number,
  size: number,
): Promise<Uint8Array[]> {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new ProofError(
      "proof.index",
      `Entry ${index} is not in a tree of ${size} entries, which are numbered from 0.`,
    );
  const read = cacheTiles(readTile);
  const siblings: Promise<Uint8Array>[] = [];
  for (let from = 0, to = size; to - from > 1;) {
    const middle = from + splitPoint(to - from);
    siblings.push(
      index < middle ? rangeRoot(read, middle, to, size) : rangeRoot(read, from, middle, size),
    );
    if (index < middle) to = middle;
    else from = middle;
  }
  return Promise.all(siblings.reverse());
}

/**
 * The consistency proof PROOF of RFC 6962, section 2.1.2; empty if `oldSize` is 0 or equals
 * `newSize`. Throws ProofError `proof.sizes`.
 */
export async function buildConsistencyProof(
  readTile: ReadTile,
  oldSize: number,
  newSize: number,
): Promise<Uint8Array[]> {
  if (!Number.isSafeInteger(oldSize) || oldSize < 0 || oldSize > newSize)
    throw new ProofError(
      "proof.sizes",
      `A tree of ${newSize} entries cannot extend one of ${oldSize}.`,
    );
  if (oldSize === 0) return [];
  const read = cacheTiles(readTile);
  const nodes: Promise<Uint8Array>[] = [];
  let from = 0;
  let to = newSize;
  while (oldSize !== to) {
    const middle = from + splitPoint(to - from);
    nodes.push(
      oldSize <= middle
        ? rangeRoot(read, middle, to, newSize)
        : rangeRoot(read, from, middle, newSize),
    );
    if (oldSize <= middle) to = middle;
    else from = middle;
  }
  // What remains is a subtree of the old tree. If it is the whole old tree, its hash is the old
  // root, which the verifier has.
  if (from > 0) nodes.push(rangeRoot(read, from, to, newSize));
  return Promise.all(nodes.reverse());
}
