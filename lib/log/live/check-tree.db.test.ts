import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeAppendOnlyTree } from "@/lib/log/tree/append-only-tree";
import { makeCheck } from "@/lib/log/reconcile/check";
import { makePacer } from "@/lib/log/reconcile/pacer";
import { openHarness, type Harness } from "@/testing/harness";
import { checkSurplusTiles, makeTreeCheck } from "./check-tree";
import type { EntryRow } from "./types";

// The smallest tree with a full tile above level 0: 65,536 entries, of which the tree check reads
// nothing but the hash of the bytes.
const size = 65_536;
let harness: Harness;
let rows: EntryRow[];
let tree: ReturnType<typeof makeAppendOnlyTree>;

beforeAll(async () => {
  harness = await openHarness({ sequencer: false });
  rows = Array.from({ length: size + 1 }, (_none, seq) => ({
    seq,
    entryId: null,
    leafHash: null,
    entry: Buffer.alloc(0),
    hash: createHash("sha256").update(`entry ${seq}`).digest(),
    sequencedAt: null,
    reading: { readable: false } as EntryRow["reading"],
  }));
  tree = makeAppendOnlyTree({ size: 0, edge: [] });
  const { tiles } = tree.append(Buffer.concat(rows.map(({ hash }) => hash)));
  await harness.asSuper("alter table tlog.tile disable trigger user");
  await harness.asSuper("alter table tlog.tree disable trigger user");
  await harness.asSuper("delete from tlog.tile");
  await harness.asSuper(
    "insert into tlog.tile (level, idx, hashes) select * from unnest($1::int[], $2::bigint[], $3::bytea[])",
    [
      tiles.map(({ level }) => level),
      tiles.map(({ index }) => index),
      tiles.map(({ hashes }) => Buffer.from(hashes)),
    ],
  );
  await harness.asSuper("update tlog.tree set size = $1", [size + 1]);
}, 120_000);
afterAll(() => harness.close());

/** Every problem that a verification of the tree reports. */
async function problems(edge: readonly Uint8Array[] = tree.edge()): Promise<string[]> {
  const found: string[] = [];
  const tiles = makeCheck((text) => found.push(text));
  const stored = { size: size + 1, edge: edge.map((hashes) => Buffer.from(hashes)) };
  const check = makeTreeCheck(harness.deps.db, { tiles }, { tree: stored }, makePacer(0));
  for (let from = 0; from < rows.length; from += 512)
    await check.add(rows.slice(from, from + 512), [], () => {});
  await checkSurplusTiles(harness.deps.db, { tiles });
  return [...tiles.result().problems, ...found];
}

/** Changes one stored tile while `work` runs. */
async function whileTile(
  [level, index]: readonly [number, number],
  hashes: string,
  work: () => Promise<void>,
): Promise<void> {
  const at = [level, index];
  const [{ hashes: before }] = (await harness.asSuper(
    "select hashes from tlog.tile where level = $1 and idx = $2",
    at,
  )) as [{ hashes: Buffer }];
  await harness.asSuper(
    `update tlog.tile set hashes = ${hashes} where level = $1 and idx = $2`,
    at,
  );
  await work();
  await harness.asSuper("update tlog.tile set hashes = $3 where level = $1 and idx = $2", [
    ...at,
    before,
  ]);
}

test("the tiles of all levels are what the entries make, and nothing is reported", async () => {
  expect(await problems()).toEqual([]);
}, 120_000);

test.each<[string, readonly [number, number]]>([
  ["a tile of hashes of entries", [0, 37]],
  ["a tile above level 0", [1, 0]],
])(
  "one changed bit in %s is named",
  async (_what, [level, index]) => {
    await whileTile(
      [level, index],
      "set_byte(hashes, 8191, get_byte(hashes, 8191) # 1)",
      async () => {
        expect(await problems()).toEqual([
          `The tile ${level}/${index} does not match the entries.`,
        ]);
      },
    );
  },
  120_000,
);

test("a tile above level 0 that is consistent with another tree is named", async () => {
  await whileTile(
    [1, 0],
    "decode(repeat(encode(sha256('other'), 'hex'), 256), 'hex')",
    async () => {
      expect(await problems()).toEqual(["The tile 1/0 does not match the entries."]);
    },
  );
}, 120_000);

test("a partial tile above level 0 that the entries don't make is named", async () => {
  const edge = tree.edge().map((hashes) => Buffer.from(hashes));
  const top = edge.length - 1;
  edge[top]!.writeUInt8(edge[top]!.readUInt8(0) ^ 1);
  expect(await problems(edge)).toEqual([
    `The partial tile of level ${top} does not match the entries.`,
  ]);
}, 120_000);

test("a full tile above level 0 that the tree is too small for is named", async () => {
  await harness.asSuper(
    "insert into tlog.tile (level, idx, hashes) values (1, 1, decode(repeat('00', 8192), 'hex'))",
  );
  expect(await problems()).toEqual([
    "The tile 1/1 is stored, but the tree is too small to have it.",
  ]);
}, 120_000);
