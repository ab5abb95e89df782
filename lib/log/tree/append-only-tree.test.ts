import { describe, expect, test } from "vitest";
import { concat, toHex } from "@/lib/log/pure/bytes";
import { tilesOf } from "@/lib/log/pure/tile";
import {
  makeAppendOnlyTree,
  rootOfEdge,
  rootOfHashes,
  splitHashes,
  type FullTile,
} from "./append-only-tree";
import { leafHashSync, rootOfSync } from "./hash-sync";
import { buildInclusionProof, cacheTiles, subtreeHash } from "./build-proofs";

const leafOf = (at: number): Uint8Array => leafHashSync(Buffer.from(`entry ${at}`));
const someLeaves = (from: number, to: number): Uint8Array =>
  concat(...Array.from({ length: to - from }, (_none, at) => leafOf(from + at)));

test("a tree of 70,000 entries has 273 full tiles and one of 112, one full and one of 17, one of 1", () => {
  const tree = makeAppendOnlyTree({ size: 0, edge: [] });
  const all = someLeaves(0, 70_000);
  const { tiles, edge, size } = tree.append(all);
  expect(size).toBe(70_000);
  expect([0, 1, 2].map((level) => tiles.filter((tile) => tile.level === level).length)).toEqual([
    273, 1, 0,
  ]);
  expect(edge.map((hashes) => hashes.length / 32)).toEqual([112, 17, 1]);
  expect(toHex(tree.root())).toBe(toHex(rootOfHashes(all)));
  expect(tiles.every(({ hashes }) => hashes.length === 8192)).toBe(true);
  // Each hash of level 1 is the root of the full tile below it.
  expect(splitHashes(tiles.find(({ level }) => level === 1)!.hashes).map(toHex)).toEqual(
    tiles.slice(0, 256).map(({ hashes }) => toHex(rootOfHashes(hashes))),
  );
});

test("whatever the steps in which it grows, tiles, edge and root are the same", () => {
  const whole = makeAppendOnlyTree({ size: 0, edge: [] });
  const all = whole.append(someLeaves(0, 1_500));
  for (const step of [1, 7, 255, 256, 257, 600]) {
    const tiles: FullTile[] = [];
    let edge: readonly Uint8Array[] = [];
    for (let at = 0; at < 1_500; at += step) {
      // Reopened at each step, as by a leader that takes over.
      const grown = makeAppendOnlyTree({ size: at, edge }).append(
        someLeaves(at, Math.min(1_500, at + step)),
      );
      tiles.push(...grown.tiles);
      ({ edge } = grown);
    }
    expect(tiles.map(({ level, index }) => `${level}/${index}`)).toEqual(
      all.tiles.map(({ level, index }) => `${level}/${index}`),
    );
    expect(concat(...tiles.map(({ hashes }) => hashes))).toEqual(
      concat(...all.tiles.map(({ hashes }) => hashes)),
    );
    expect(toHex(rootOfEdge(edge))).toBe(toHex(whole.root()));
  }
});

test("the edge is as wide as tilesOf says, for every size up to 600", () => {
  const tree = makeAppendOnlyTree({ size: 0, edge: [] });
  for (let size = 1; size <= 600; size += 1) {
    tree.append(leafOf(size - 1));
    expect(tree.edge().map((hashes) => hashes.length / 32)).toEqual(
      tilesOf(size).map(({ partial }) => partial),
    );
  }
});

test("adding nothing changes nothing", () => {
  const tree = makeAppendOnlyTree({ size: 0, edge: [] });
  expect(tree.append(new Uint8Array())).toEqual({ tiles: [], edge: [], size: 0 });
  tree.append(someLeaves(0, 300));
  const before = toHex(tree.root());
  expect(tree.append(new Uint8Array()).tiles).toEqual([]);
  expect(toHex(tree.root())).toBe(before);
});

describe("an edge that does not belong to the size is refused", () => {
  test.each([
    [5, []],
    [5, [someLeaves(0, 4)]],
    [256, [someLeaves(0, 256)]],
    [256, [new Uint8Array()]],
    [0, [someLeaves(0, 1)]],
    [300, [someLeaves(0, 44), someLeaves(0, 2)]],
  ])("%d entries (%#)", (size, edge) => {
    expect(() => makeAppendOnlyTree({ size, edge })).toThrow(RangeError);
  });

  test("and so are bytes that are no whole hashes", () => {
    expect(() => makeAppendOnlyTree({ size: 0, edge: [] }).append(new Uint8Array(33))).toThrow(
      RangeError,
    );
  });

  test("what the caller does with the bytes afterwards does not reach the tree", () => {
    const tree = makeAppendOnlyTree({ size: 0, edge: [] });
    const leaf = Uint8Array.from(leafOf(0));
    const { edge } = tree.append(leaf);
    const root = toHex(tree.root());
    leaf.fill(0);
    edge[0]!.fill(0);
    tree.edge()[0]!.fill(0);
    expect([toHex(tree.root()), root]).toEqual([root, toHex(leafOf(0))]);
  });
});

describe("reading tiles", () => {
  test("happens once for each tile of a proof", async () => {
    const asked: string[] = [];
    const hashes = someLeaves(0, 200);
    const path = await buildInclusionProof(
      async (level, index) => {
        asked.push(`${level}/${index}`);
        return hashes;
      },
      77,
      200,
    );
    expect([path.length, asked]).toEqual([8, ["0/0"]]);
  });

  test("a failed tile read is tried again, and a tile of a grown tree is read again", async () => {
    let reads = 0;
    const read = cacheTiles(async (_level, _index, size) => {
      reads += 1;
      if (reads === 1) throw new Error("away");
      return someLeaves(0, size);
    });
    await expect(read(0, 0, 3)).rejects.toThrow("away");
    expect([
      (await read(0, 0, 3)).length,
      (await read(0, 0, 3)).length,
      (await read(0, 0, 4)).length,
      reads,
    ]).toEqual([96, 96, 128, 3]);
  });

  test("that gives a tile of another width is refused", async () => {
    await expect(
      subtreeHash(async () => someLeaves(0, 2), { level: 1, index: 0 }, 3),
    ).rejects.toMatchObject({ code: "proof.tile" });
  });
});

test("rows of any length fold as RFC 6962 splits them", () => {
  const split = (hashes: Uint8Array[]): Uint8Array => {
    if (hashes.length <= 1) return rootOfSync(hashes);
    let half = 1;
    while (half * 2 < hashes.length) half *= 2;
    return rootOfSync([split(hashes.slice(0, half)), split(hashes.slice(half))]);
  };
  for (let size = 0; size <= 70; size += 1)
    expect(toHex(rootOfHashes(someLeaves(0, size)))).toBe(
      toHex(split(splitHashes(someLeaves(0, size)))),
    );
});
