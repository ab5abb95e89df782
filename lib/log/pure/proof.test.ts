import { describe, expect, test } from "vitest";
import { nodeLogCrypto as c } from "../node-crypto";
import { makeTree, splitHashes } from "../tree/edge";
import { leafHashSync, rootOfSync } from "../tree/hash";
import { makeCompactRange } from "../tree/compact-range";
import {
  proveConsistency,
  proveInclusion,
  proveSkip,
  rootAt,
  subtreeHash,
  type ReadHashes,
} from "../tree/prove";
import { concat, fromHex, toHex } from "./bytes";
import { makeFolder, subtreesOf } from "./multi-proof";
import {
  emptyRoot,
  leafHashOf,
  rootFromInclusion,
  verifyConsistency,
  verifyInclusion,
} from "./proof";
import { tileWidth } from "./tile";

// The reference inputs and roots of the Certificate Transparency sources (RFC 6962 trees of 0 to 8 leaves).
const inputs = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map(fromHex);
const roots = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

const most = 600;
const leaves = Array.from({ length: most }, (_none, at) =>
  leafHashSync(Buffer.from(`entry ${at}`)),
);
/** Tiles by their definition, without the code under test. */
const read: ReadHashes = async (level, index, size) =>
  concat(
    ...Array.from({ length: tileWidth(level, index, size) }, (_none, at) =>
      rootOfSync(
        leaves.slice((index * 256 + at) * 256 ** level, (index * 256 + at + 1) * 256 ** level),
      ),
    ),
  );
const rootOf = (size: number): Uint8Array => rootOfSync(leaves.slice(0, size));
const flip = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

describe("the roots of RFC 6962 trees of 0 to 8 leaves come out", () => {
  test.each(roots.map((root, size) => [size, root] as const))(
    "for %d leaves: %s",
    async (size, expected) => {
      const hashes = inputs.slice(0, size).map(leafHashSync),
        folder = makeFolder(c),
        range = makeCompactRange();
      for (const [at, hash] of hashes.entries()) {
        expect(toHex(await leafHashOf(c, inputs[at]!))).toBe(hash.toString("hex"));
        await folder.addLeaf(hash);
        range.addLeaf(hash);
      }
      const tree = makeTree({ size: 0, edge: [] });
      tree.append(concat(...hashes));
      expect(
        [rootOfSync(hashes), await folder.root(), range.root(), range.root(), tree.root()].map(
          toHex,
        ),
      ).toEqual(Array.from({ length: 5 }, () => expected));
      expect(toHex(emptyRoot)).toBe(roots[0]);
    },
  );
});

test("inclusion of every entry in every tree up to 64 is proven", async () => {
  let proven = 0;
  for (let size = 1; size <= 64; size += 1) {
    const root = rootOf(size);
    for (let index = 0; index < size; index += 1) {
      await verifyInclusion(c, {
        leafHash: leaves[index]!,
        index,
        size,
        path: await proveInclusion(read, index, size),
        root,
      });
      proven += 1;
    }
  }
  expect(proven).toBe((64 * 65) / 2);
});

test("consistency between all pairs of trees up to 64 is proven", async () => {
  let proven = 0;
  for (let newSize = 0; newSize <= 64; newSize += 1) {
    for (let oldSize = 0; oldSize <= newSize; oldSize += 1) {
      await verifyConsistency(c, {
        oldSize,
        oldRoot: rootOf(oldSize),
        newSize,
        newRoot: rootOf(newSize),
        path: await proveConsistency(read, oldSize, newSize),
      });
      proven += 1;
    }
  }
  expect(proven).toBe((65 * 66) / 2);
});

test("proofs across tiles hold too", async () => {
  for (const [oldSize, newSize] of [
    [255, 256],
    [256, 257],
    [256, 512],
    [257, 600],
    [511, 513],
    [1, 600],
    [300, 599],
  ] as const) {
    expect(toHex(await rootAt(read, newSize))).toBe(toHex(rootOf(newSize)));
    await verifyConsistency(c, {
      oldSize,
      oldRoot: rootOf(oldSize),
      newSize,
      newRoot: rootOf(newSize),
      path: await proveConsistency(read, oldSize, newSize),
    });
    for (const index of [0, oldSize - 1, oldSize, newSize - 1]) {
      if (index < newSize)
        await verifyInclusion(c, {
          leafHash: leaves[index]!,
          index,
          size: newSize,
          path: await proveInclusion(read, index, newSize),
          root: rootOf(newSize),
        });
    }
  }
});

describe("an inclusion proof proves nothing", () => {
  const size = 13,
    index = 6,
    root = rootOf(size);
  const proof = async () => ({
    leafHash: leaves[index]! as Uint8Array,
    index,
    size,
    path: await proveInclusion(read, index, size),
    root,
  });

  test("with any one bit of it flipped", async () => {
    const { path, ...rest } = await proof();
    for (let bit = 0; bit < 256; bit += 1) {
      await expect(
        verifyInclusion(c, { ...rest, path, leafHash: flip(rest.leafHash, bit) }),
      ).rejects.toMatchObject({ code: "proof.root" });
      for (let at = 0; at < path.length; at += 1)
        await expect(
          verifyInclusion(c, { ...rest, path: path.with(at, flip(path[at]!, bit)) }),
        ).rejects.toMatchObject({ code: "proof.root" });
    }
  });

  test("for any other entry, or any other size that has another path", async () => {
    const good = await proof();
    for (const other of [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12])
      await expect(verifyInclusion(c, { ...good, index: other })).rejects.toMatchObject({
        code: expect.stringMatching(/^proof\.(root|length)$/) as string,
      });
    for (const other of [7, 8, 32, 1000])
      await expect(verifyInclusion(c, { ...good, size: other })).rejects.toMatchObject({
        code: expect.stringMatching(/^proof\.(root|length)$/) as string,
      });
  });

  test("cut, lengthened, swapped", async () => {
    const good = await proof();
    for (const path of [
      good.path.slice(1),
      good.path.slice(0, -1),
      [],
      [...good.path, good.path[0]!],
      good.path.toReversed(),
    ]) {
      await expect(verifyInclusion(c, { ...good, path })).rejects.toMatchObject({
        code: expect.stringMatching(/^proof\.(root|length)$/) as string,
      });
    }
    await expect(
      verifyInclusion(c, { ...good, path: [...good.path.slice(1), new Uint8Array(31)] }),
    ).rejects.toMatchObject({ code: "proof.hash-length" });
  });

  test.each([
    [13, 13],
    [14, 13],
    [-1, 13],
    [0.5, 13],
    [0, 0],
    [Number.NaN, 13],
  ])("for entry %d of %d", async (at, of) => {
    await expect(
      rootFromInclusion(c, { leafHash: leaves[0]!, index: at, size: of, path: [] }),
    ).rejects.toMatchObject({ code: "proof.index" });
    await expect(proveInclusion(read, at, of)).rejects.toMatchObject({ code: "proof.index" });
  });
});

describe("a consistency proof proves nothing", () => {
  const proof = async (oldSize: number, newSize: number) => ({
    oldSize,
    oldRoot: rootOf(oldSize),
    newSize,
    newRoot: rootOf(newSize),
    path: await proveConsistency(read, oldSize, newSize),
  });
  const failing = expect.stringMatching(/^proof\.(old-root|new-root|length)$/) as string;

  test.each([
    [6, 13],
    [8, 13],
    [7, 8],
    [1, 2],
  ])("from %d to %d with any one bit of it flipped", async (oldSize, newSize) => {
    const good = await proof(oldSize, newSize);
    for (let bit = 0; bit < 256; bit += 1) {
      await expect(
        verifyConsistency(c, { ...good, oldRoot: flip(good.oldRoot, bit) }),
      ).rejects.toMatchObject({ code: failing });
      await expect(
        verifyConsistency(c, { ...good, newRoot: flip(good.newRoot, bit) }),
      ).rejects.toMatchObject({ code: failing });
      for (let at = 0; at < good.path.length; at += 1)
        await expect(
          verifyConsistency(c, { ...good, path: good.path.with(at, flip(good.path[at]!, bit)) }),
        ).rejects.toMatchObject({ code: failing });
    }
  });

  test("cut, lengthened, or for other sizes", async () => {
    const good = await proof(6, 13);
    for (const path of [
      good.path.slice(1),
      good.path.slice(0, -1),
      [],
      [...good.path, good.path[0]!],
    ])
      await expect(verifyConsistency(c, { ...good, path })).rejects.toMatchObject({
        code: failing,
      });
    for (const oldSize of [5, 7, 8, 9, 12])
      await expect(verifyConsistency(c, { ...good, oldSize })).rejects.toMatchObject({
        code: failing,
      });
    for (const newSize of [7, 8, 17, 30])
      await expect(verifyConsistency(c, { ...good, newSize })).rejects.toMatchObject({
        code: failing,
      });
  });

  test("backwards", async () => {
    await expect(
      verifyConsistency(c, { ...(await proof(6, 13)), oldSize: 14 }),
    ).rejects.toMatchObject({ code: "proof.sizes" });
    await expect(proveConsistency(read, 14, 13)).rejects.toMatchObject({ code: "proof.sizes" });
  });

  test("of two different trees of one size, which are a fork", async () => {
    await expect(
      verifyConsistency(c, {
        oldSize: 6,
        oldRoot: rootOf(6),
        newSize: 6,
        newRoot: rootOf(5),
        path: [],
      }),
    ).rejects.toThrow(/forked/);
  });

  test("where there is nothing to prove but hashes came", async () => {
    await expect(
      verifyConsistency(c, {
        oldSize: 6,
        oldRoot: rootOf(6),
        newSize: 6,
        newRoot: rootOf(6),
        path: [leaves[0]!],
      }),
    ).rejects.toMatchObject({ code: "proof.length" });
    await expect(
      verifyConsistency(c, {
        oldSize: 0,
        oldRoot: emptyRoot,
        newSize: 6,
        newRoot: rootOf(6),
        path: [leaves[0]!],
      }),
    ).rejects.toMatchObject({ code: "proof.length" });
    await expect(
      verifyConsistency(c, {
        oldSize: 0,
        oldRoot: rootOf(1),
        newSize: 6,
        newRoot: rootOf(6),
        path: [],
      }),
    ).rejects.toMatchObject({ code: "proof.old-root" });
  });
});

describe("what a filter left out folds with what it kept to the root", () => {
  test.each([
    [1, 1],
    [7, 2],
    [64, 3],
    [100, 7],
    [257, 50],
    [600, 13],
  ])("of %d entries, every %dth kept", async (size, every) => {
    const folder = makeFolder(c),
      range = makeCompactRange();
    for (let at = 0; at < size;) {
      const next = Math.min(size, at % every === 0 ? at : Math.ceil(at / every) * every);
      if (next > at) {
        const hashes = await proveSkip(read, at, next, size);
        await folder.skip(next, hashes);
        range.skip(next, hashes);
      }
      if (next < size) {
        await folder.addLeaf(leaves[next]!);
        range.addLeaf(leaves[next]!);
      }
      at = next + 1;
    }
    expect([folder.size(), range.size()]).toEqual([size, size]);
    expect([toHex(await folder.root()), toHex(range.root())]).toEqual([
      toHex(rootOf(size)),
      toHex(rootOf(size)),
    ]);
  });

  test("the subtrees of a range are complete, as large as can be, in order", () => {
    expect(subtreesOf(0, 8)).toEqual([{ level: 3, index: 0 }]);
    expect(subtreesOf(3, 21)).toEqual([
      { level: 0, index: 3 },
      { level: 2, index: 1 },
      { level: 3, index: 1 },
      { level: 2, index: 4 },
      { level: 0, index: 20 },
    ]);
    expect(subtreesOf(5, 5)).toEqual([]);
    expect(subtreesOf(1, 2 ** 40).length).toBe(40);
  });

  test.each([
    [[], 5],
    [[leaves[0]!, leaves[1]!], 1],
    [[leaves[0]!.subarray(1)], 1],
    [[leaves[0]!], 0],
    [[leaves[0]!], 2 ** 60],
  ])("with hashes that are not those of the range: refused (%#)", async (hashes, to) => {
    await expect((async () => makeFolder(c).skip(to, hashes))()).rejects.toMatchObject({
      code: "proof.skip",
    });
    expect(() => makeCompactRange().skip(to, hashes)).toThrow(
      expect.objectContaining({ code: "proof.skip" }),
    );
  });

  test("a hash is asked only of a subtree that is complete", async () => {
    await expect(subtreeHash(read, { level: 3, index: 1 }, 15)).rejects.toMatchObject({
      code: "proof.sizes",
    });
    expect(toHex(await subtreeHash(read, { level: 9, index: 0 }, 600))).toBe(
      toHex(rootOfSync(leaves.slice(0, 512))),
    );
    expect(splitHashes(await read(0, 2, 600)).length).toBe(88);
  });
});
