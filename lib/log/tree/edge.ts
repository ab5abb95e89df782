import { TILE_WIDTH } from "../pure/tile";
import { rootOfSync } from "./hash";

const HASH = 32,
  TILE = TILE_WIDTH * HASH;

/** `edge[level]` holds the hashes of that level's last, partial tile, one after another (0 to 255 of them). */
export type TreeEdge = Readonly<{ size: number; edge: readonly Uint8Array[] }>;
export type FullTile = Readonly<{ level: number; index: number; hashes: Uint8Array }>;
export type Tree = Readonly<{
  size: () => number;
  edge: () => Uint8Array[];
  /** Adds n leaf hashes (n * 32 bytes) and gives the tiles that became full, lowest level first. All or nothing. */
  append: (
    leafHashes: Uint8Array,
  ) => Readonly<{ tiles: FullTile[]; edge: Uint8Array[]; size: number }>;
  root: () => Uint8Array;
}>;

/** A tree that grows at its right edge. Throws RangeError if the edge is not that of a tree of this size. */
export function makeTree(start: TreeEdge): Tree {
  let size = start.size,
    edge: Uint8Array[] = start.edge.map((hashes) => Uint8Array.from(hashes));
  needEdge(size, edge);
  return {
    size: () => size,
    edge: () => edge.map((hashes) => Uint8Array.from(hashes)),
    append: (leafHashes) => {
      if (leafHashes.length % HASH !== 0)
        throw new RangeError(
          `Leaf hashes are ${HASH} bytes each; ${leafHashes.length} bytes are no whole number of them.`,
        );
      const grown = grow(size, edge, leafHashes);
      size += leafHashes.length / HASH;
      edge = grown.edge;
      return { tiles: grown.tiles, edge: edge.map((hashes) => Uint8Array.from(hashes)), size };
    },
    root: () => rootOfEdge(edge),
  };
}

const widthAt = (size: number, level: number): number =>
  Math.floor(size / TILE_WIDTH ** level) % TILE_WIDTH;

function needEdge(size: number, edge: readonly Uint8Array[]): void {
  const levels = Math.max(edge.length, Math.ceil(Math.log2(size + 1) / 8));
  for (let level = 0; level < levels; level += 1) {
    const width = widthAt(size, level),
      found = (edge[level]?.length ?? 0) / HASH;
    if (found !== width)
      throw new RangeError(
        `The edge of a tree of ${size} entries has ${width} hashes at level ${level}, not ${found}.`,
      );
  }
}

function grow(
  size: number,
  edge: readonly Uint8Array[],
  leafHashes: Uint8Array,
): { tiles: FullTile[]; edge: Uint8Array[] } {
  const tiles: FullTile[] = [],
    grown: Uint8Array[] = [];
  for (let level = 0, added = leafHashes; added.length > 0 || level < edge.length; level += 1) {
    const before = edge[level] ?? new Uint8Array(),
      row = new Uint8Array(before.length + added.length);
    row.set(before);
    row.set(added, before.length);
    const full = Math.floor(row.length / TILE),
      first = Math.floor(size / TILE_WIDTH ** (level + 1));
    added = new Uint8Array(full * HASH);
    for (let at = 0; at < full; at += 1) {
      const hashes = row.slice(at * TILE, (at + 1) * TILE);
      tiles.push({ level, index: first + at, hashes });
      added.set(rootOfHashes(hashes), at * HASH);
    }
    grown.push(row.slice(full * TILE));
  }
  return { tiles, edge: grown };
}

/** The root over hashes that lie one after another. */
export function rootOfHashes(hashes: Uint8Array): Uint8Array {
  return rootOfSync(splitHashes(hashes));
}

/** Views of the single hashes. */
export function splitHashes(hashes: Uint8Array): Uint8Array[] {
  return Array.from({ length: hashes.length / HASH }, (_none, at) =>
    hashes.subarray(at * HASH, (at + 1) * HASH),
  );
}

/** The root of the tree whose right edge this is. */
export function rootOfEdge(edge: readonly Uint8Array[]): Uint8Array {
  let below: Uint8Array | null = null;
  for (const hashes of edge) {
    const row: Uint8Array[] = splitHashes(hashes);
    // What is below is an incomplete subtree: it stands as one more, smaller, to the right.
    if (below) row.push(below);
    if (row.length > 0) below = rootOfSync(row);
  }
  return below ?? rootOfSync([]);
}
