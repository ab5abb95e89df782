import { describe, expect, test } from "vitest";
import { nodeLogCrypto as c } from "@/lib/log/tree/node-crypto";
import { splitHashes } from "@/lib/log/tree/append-only-tree";
import { rootOfSync } from "@/lib/log/tree/hash-sync";
import { makeSyncCompactRange } from "@/lib/log/tree/compact-range-sync";
import { buildConsistencyProof, rangeHashes, subtreeHash } from "@/lib/log/tree/build-proofs";
import { toHex } from "./bytes";
import { makeCompactRange, subtreesOf } from "./compact-range";
import { emptyRoot, verifyConsistency } from "./verify-proof";
import { leaves, read, rootOf, flip } from "@/testing/log/proof-fixture";

describe("a consistency proof proves nothing", () => {
  const proof = async (oldSize: number, newSize: number) => ({
    oldSize,
    oldRoot: rootOf(oldSize),
    newSize,
    newRoot: rootOf(newSize),
    path: await buildConsistencyProof(read, oldSize, newSize),
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
    await expect(buildConsistencyProof(read, 14, 13)).rejects.toMatchObject({
      code: "proof.sizes",
    });
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
    const folder = makeCompactRange(c);
    const range = makeSyncCompactRange();
    for (let at = 0; at < size;) {
      const next = Math.min(size, at % every === 0 ? at : Math.ceil(at / every) * every);
      if (next > at) {
        const hashes = await rangeHashes(read, at, next, size);
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
    await expect((async () => makeCompactRange(c).skip(to, hashes))()).rejects.toMatchObject({
      code: "proof.skip",
    });
    expect(() => makeSyncCompactRange().skip(to, hashes)).toThrow(
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
