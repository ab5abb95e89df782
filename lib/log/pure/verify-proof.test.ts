import { describe, expect, test } from "vitest";
import { nodeLogCrypto as c } from "@/lib/log/tree/node-crypto";
import { makeAppendOnlyTree } from "@/lib/log/tree/append-only-tree";
import { leafHashSync, rootOfSync } from "@/lib/log/tree/hash-sync";
import { makeSyncCompactRange } from "@/lib/log/tree/compact-range-sync";
import { buildConsistencyProof, buildInclusionProof, rootAt } from "@/lib/log/tree/build-proofs";
import { concat, fromHex, toHex } from "./bytes";
import { makeCompactRange } from "./compact-range";
import {
  emptyRoot,
  leafHashOf,
  rootFromInclusion,
  verifyConsistency,
  verifyInclusion,
} from "./verify-proof";
import { leaves, read, rootOf, flip } from "@/testing/log/proof-fixture";

// The reference inputs and roots of the Certificate Transparency sources (RFC 6962 trees of 0 to 8
// leaves).
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

describe("the roots of RFC 6962 trees of 0 to 8 leaves come out", () => {
  test.each(roots.map((root, size) => [size, root] as const))(
    "for %d leaves: %s",
    async (size, expected) => {
      const hashes = inputs.slice(0, size).map(leafHashSync);
      const folder = makeCompactRange(c);
      const range = makeSyncCompactRange();
      for (const [at, hash] of hashes.entries()) {
        expect(toHex(await leafHashOf(c, inputs[at]!))).toBe(hash.toString("hex"));
        await folder.addLeaf(hash);
        range.addLeaf(hash);
      }
      const tree = makeAppendOnlyTree({ size: 0, edge: [] });
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
        path: await buildInclusionProof(read, index, size),
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
        path: await buildConsistencyProof(read, oldSize, newSize),
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
      path: await buildConsistencyProof(read, oldSize, newSize),
    });
    for (const index of [0, oldSize - 1, oldSize, newSize - 1]) {
      if (index < newSize)
        await verifyInclusion(c, {
          leafHash: leaves[index]!,
          index,
          size: newSize,
          path: await buildInclusionProof(read, index, newSize),
          root: rootOf(newSize),
        });
    }
  }
});

describe("an inclusion proof proves nothing", () => {
  const size = 13;
  const index = 6;
  const root = rootOf(size);
  const proof = async () => ({
    leafHash: leaves[index]! as Uint8Array,
    index,
    size,
    path: await buildInclusionProof(read, index, size),
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
    await expect(buildInclusionProof(read, at, of)).rejects.toMatchObject({ code: "proof.index" });
  });
});
