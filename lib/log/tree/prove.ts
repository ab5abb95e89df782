import { subtreesOf } from "../pure/multi-proof";
import { ProofError } from "../pure/proof-error";
import { TILE_WIDTH, tileWidth } from "../pure/tile";
import { nodeHashSync, rootOfSync } from "./hash";

const HASH = 32,
  TILE_LEVELS = 8;

/** The hashes of that tile in a tree of that size, one after another: 256, or fewer at the right edge. */
export type ReadHashes = (level: number, index: number, size: number) => Promise<Uint8Array>;

/** Remembers the last tiles that were read, so that neighbouring proofs do not read them again. */
export function rememberTiles(read: ReadHashes, most = 64): ReadHashes {
  const kept = new Map<string, Promise<Uint8Array>>();
  return (level, index, size) => {
    const key = `${level}/${index}/${tileWidth(level, index, size)}`,
      known = kept.get(key);
    if (known) return known;
    const coming = read(level, index, size);
    kept.set(key, coming);
    if (kept.size > most) kept.delete(kept.keys().next().value!);
    coming.catch(() => kept.delete(key));
    return coming;
  };
}

/** The hash of the complete subtree of 2^level entries from index * 2^level. Throws ProofError `proof.sizes` if the tree does not reach it. */
export async function subtreeHash(
  read: ReadHashes,
  { level, index }: Readonly<{ level: number; index: number }>,
  size: number,
): Promise<Uint8Array> {
  if ((index + 1) * 2 ** level > size)
    throw new ProofError(
      "proof.sizes",
      `A tree of ${size} entries does not reach entry ${(index + 1) * 2 ** level - 1}.`,
    );
  const tileLevel = Math.floor(level / TILE_LEVELS),
    count = 2 ** (level % TILE_LEVELS),
    first = index * count;
  const tile = Math.floor(first / TILE_WIDTH),
    hashes = await read(tileLevel, tile, size),
    offset = (first % TILE_WIDTH) * HASH;
  if (hashes.length !== tileWidth(tileLevel, tile, size) * HASH)
    throw new ProofError(
      "proof.tile",
      `Tile ${tileLevel}/${tile} of a tree of ${size} entries came with ${hashes.length / HASH} hashes.`,
    );
  const row = Array.from({ length: count }, (_none, at) =>
    hashes.subarray(offset + at * HASH, offset + (at + 1) * HASH),
  );
  return Uint8Array.from(rootOfSync(row));
}

/** The hashes of subtreesOf(from, to): what stands for these entries where they are left out. */
export async function proveSkip(
  read: ReadHashes,
  from: number,
  to: number,
  size: number,
): Promise<Uint8Array[]> {
  return Promise.all(subtreesOf(from, to).map((subtree) => subtreeHash(read, subtree, size)));
}

/** MTH(D[from:to]) of RFC 6962, section 2.1; `from` must be where a subtree as large as the range can begin. */
async function rangeHash(
  read: ReadHashes,
  from: number,
  to: number,
  size: number,
): Promise<Uint8Array> {
  const peaks = await proveSkip(read, from, to, size);
  return peaks.length === 0
    ? rootOfSync([])
    : peaks.reduceRight((root, peak) => nodeHashSync(peak, root));
}

/** The root of the tree over the first `size` entries. */
export const rootAt = (read: ReadHashes, size: number): Promise<Uint8Array> =>
  rangeHash(read, 0, size, size);

/** The largest power of two that is smaller than `count`. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/** PATH of RFC 6962, section 2.1.1: sibling hashes from the leaf up. Throws ProofError `proof.index`. */
export async function proveInclusion(
  reading: ReadHashes,
  index: number,
  size: number,
): Promise<Uint8Array[]> {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new ProofError(
      "proof.index",
      `Entry ${index} is not in a tree of ${size} entries, which begin with 0.`,
    );
  const read = rememberTiles(reading),
    siblings: Promise<Uint8Array>[] = [];
  for (let from = 0, to = size; to - from > 1;) {
    const middle = from + splitOf(to - from);
    siblings.push(
      index < middle ? rangeHash(read, middle, to, size) : rangeHash(read, from, middle, size),
    );
    if (index < middle) to = middle;
    else from = middle;
  }
  return Promise.all(siblings.reverse());
}

/** PROOF of RFC 6962, section 2.1.2; empty from 0 and where both are the same. Throws ProofError `proof.sizes`. */
export async function proveConsistency(
  reading: ReadHashes,
  oldSize: number,
  newSize: number,
): Promise<Uint8Array[]> {
  if (!Number.isSafeInteger(oldSize) || oldSize < 0 || oldSize > newSize)
    throw new ProofError(
      "proof.sizes",
      `A tree of ${newSize} entries cannot go on from one of ${oldSize}.`,
    );
  if (oldSize === 0) return [];
  const read = rememberTiles(reading),
    nodes: Promise<Uint8Array>[] = [];
  let from = 0,
    to = newSize;
  while (oldSize !== to) {
    const middle = from + splitOf(to - from);
    nodes.push(
      oldSize <= middle
        ? rangeHash(read, middle, to, newSize)
        : rangeHash(read, from, middle, newSize),
    );
    if (oldSize <= middle) to = middle;
    else from = middle;
  }
  // What is left is a subtree of the old tree; when it is the whole old tree, its hash is the old root and known.
  if (from > 0) nodes.push(rangeHash(read, from, to, newSize));
  return Promise.all(nodes.reverse());
}
