import { afterAll, beforeAll, expect, test } from "vitest";
import { indexAll } from "@/lib/log/segments/indexer";
import { type Harness, openHarness } from "@/testing/harness";
import { makeSampleLog, type SampleLog } from "@/testing/log/sample-log";
import { makeIndexUpkeep } from "./index-upkeep";

const segmentEntries = 100;
let log: Harness;
let sample: SampleLog;
beforeAll(async () => {
  log = await openHarness({ sequencer: false });
  sample = makeSampleLog(log);
});
afterAll(() => log.close());

const index = (): Promise<void> => indexAll(log.deps.db, segmentEntries);
type Seal = Readonly<{ low: number; high: number; root: string; pages: number; format: number }>;
const seals = async (): Promise<Seal[]> =>
  (await log.entries())
    .filter(({ action }) => action === "index.sealed")
    .map(({ details }) => details as Seal);
const segments = (): Promise<unknown[]> =>
  log.asSuper(
    "select low::int, high::int, encode(root, 'hex') as root, pages, format::int from tlog.segment where sealed order by low",
  );

test("the digest of each sealed segment is recorded once, by any process", async () => {
  await sample.add(3 * segmentEntries + 50);
  await index();
  await makeIndexUpkeep(log.deps)();
  expect(await seals()).toEqual(await segments());
  expect(await seals()).toHaveLength(3);
  await index();
  const upkeep = makeIndexUpkeep(log.deps);
  await upkeep();
  await upkeep();
  expect(await seals()).toHaveLength(3);
  await sample.add(segmentEntries);
  await index();
  await upkeep();
  expect((await seals()).slice(3)).toEqual((await segments()).slice(3));
  expect(await seals()).toHaveLength(4);
});

test("segments that are put together keep their digests, and the result has one", async () => {
  await sample.add(10 * segmentEntries);
  await index();
  const upkeep = makeIndexUpkeep(log.deps, 6);
  await upkeep();
  expect(await segments()).toHaveLength(7);
  const recorded = await seals();
  expect(recorded).toHaveLength(15);
  expect(recorded).toEqual(expect.arrayContaining(await segments()));
  expect(recorded.at(-1)).toMatchObject({ low: 0, high: 8 * segmentEntries });
});

test("nothing is recorded while the index is rebuilt, and nothing twice afterwards", async () => {
  const before = await seals();
  await index();
  await log.asSuper("select tlog.rebuild_search()");
  // As if a whole segment of entries had to be indexed.
  await log.asSuper("update tlog.head set size = size + 100000");
  await makeIndexUpkeep(log.deps)();
  await log.asSuper("update tlog.head set size = size - 100000");
  await index();
  await makeIndexUpkeep(log.deps)();
  const after = await seals();
  expect(after.slice(0, before.length)).toEqual(before);
  // Those that were put together are there again one by one, with the digests that they had.
  expect(new Set(after.map(({ root }) => root)).size).toBe(
    new Set(before.map(({ root }) => root)).size,
  );
  expect(after).toHaveLength(before.length);
});
