import { fullTileWidth } from "@/lib/log/pure/tile";
import { rootOfSync } from "./hash-sync";

const hashBytes = 32;
const tileBytes = fullTileWidth * hashBytes;

/** `edge[level]`: the concatenated hashes of that level's last, partial tile (0 to 255). */
export type TreeEdge = Readonly<{ size: number; edge: readonly Uint8Array[] }>;
export type FullTile = Readonly<{ level: number; index: number; hashes: Uint8Array }>;
export type AppendOnlyTree = Readonly<{
  size: () => number;
  edge: () => Uint8Array[];
  /**
   * Adds n leaf hashes (n * 32 bytes) and returns the tiles that became full, lowest level first.
   * Throws RangeError, and adds nothing, if the bytes are not whole hashes.
   */
  append: (
    leafHashes: Uint8Array,
  ) => Readonly<{ tiles: FullTile[]; edge: Uint8Array[]; size: number }>;
  root: () => Uint8Array;
}>;

/**
 * A Merkle tree that grows at its right edge and keeps nothing but that edge. Throws RangeError if
 * the edge does not belong to a tree of this size.
 */
export function makeAppendOnlyTree(start: TreeEdge): AppendOnlyTree {
  let size = start.size;
  let edge: Uint8Array[] = start.edge.map((hashes) => Uint8Array.from(hashes));
  requireValidEdge(size, edge);
  return {
    size: () => size,
    edge: () => edge.map((hashes) => Uint8Array.from(hashes)),
    append: (leafHashes) => {
      if (leafHashes.length % hashBytes !== 0)
        throw new RangeError(
          `Leaf hashes have ${hashBytes} bytes each; ${leafHashes.length} is not a multiple of that.`,
        );
      const grown = grow(size, edge, leafHashes);
      size += leafHashes.length / hashBytes;
      edge = grown.edge;
      return { tiles: grown.tiles, edge: edge.map((hashes) => Uint8Array.from(hashes)), size };
    },
    root: () => rootOfEdge(edge),
  };
}

const widthAt = (size: number, level: number): number =>
  Math.floor(size / fullTileWidth ** level) % fullTileWidth;

function requireValidEdge(size: number, edge: readonly Uint8Array[]): void {
  const levels = Math.max(edge.length, Math.ceil(Math.log2(size + 1) / 8));
  for (let level = 0; level < levels; level += 1) {
    const width = widthAt(size, level);
    const actual = (edge[level]?.length ?? 0) / hashBytes;
    if (actual !== width)
      throw new RangeError(
        `The edge of a tree of ${size} entries has ${width} hashes at level ${level}, not ${actual}.`,
      );
  }
}

function grow(
  size: number,
  edge: readonly Uint8Array[],
  leafHashes: Uint8Array,
): { tiles: FullTile[]; edge: Uint8Array[] } {
  const tiles: FullTile[] = [];
  const grown: Uint8Array[] = [];
  for (let level = 0, added = leafHashes; added.length > 0 || level < edge.length; level += 1) {
    const before = edge[level] ?? new Uint8Array();
    const row = new Uint8Array(before.length + added.length);
    row.set(before);
    row.set(added, before.length);
    const full = Math.floor(row.length / tileBytes);
    const first = Math.floor(size / fullTileWidth ** (level + 1));
    added = new Uint8Array(full * hashBytes);
    for (let at = 0; at < full; at += 1) {
      const hashes = row.slice(at * tileBytes, (at + 1) * tileBytes);
      tiles.push({ level, index: first + at, hashes });
      added.set(rootOfHashes(hashes), at * hashBytes);
    }
    grown.push(row.slice(full * tileBytes));
  }
  return { tiles, edge: grown };
}

/** The root of the tree over concatenated hashes. */
export function rootOfHashes(hashes: Uint8Array): Uint8Array {
  return rootOfSync(splitHashes(hashes));
}

/** Splits concatenated hashes into views of each. */
export function splitHashes(hashes: Uint8Array): Uint8Array[] {
  return Array.from({ length: hashes.length / hashBytes }, (_none, at) =>
    hashes.subarray(at * hashBytes, (at + 1) * hashBytes),
  );
}

/** The root of the tree with this right edge. */
export function rootOfEdge(edge: readonly Uint8Array[]): Uint8Array {
  let below: Uint8Array | null = null;
  for (const hashes of edge) {
    const row: Uint8Array[] = splitHashes(hashes);
    // The levels below form an incomplete subtree: one more, smaller node at the right.
    if (below) row.push(below);
    if (row.length > 0) below = rootOfSync(row);
  }
  return below ?? rootOfSync([]);
}
