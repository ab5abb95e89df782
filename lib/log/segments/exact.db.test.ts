import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withClient } from "@/lib/log/sequence/leader";
import { type Harness, openHarness } from "@/testing/harness";
import { compareSearch } from "@/testing/log/compare-search";
import { makeSampleLog, type SampleLog } from "@/testing/log/sample-log";
import { indexAll, makeIndexer } from "./indexer";
import { mergeOldest } from "./merge-oldest";
import { rebuildSegments } from "./rebuild-segments";

/** Small segments, so that a few thousand entries are sealed many times. */
const segmentEntries = 700;
let log: Harness;
let sample: SampleLog;
let entries: SampleLog["entries"];
const addEntries = (count: number): Promise<void> => sample.add(count);

const compareOne = (most: number): Promise<number> => compareSearch(log.deps.db, entries, most);

beforeAll(async () => {
  log = await openHarness({ sequencer: false });
  sample = makeSampleLog(log);
  entries = sample.entries;
});
afterAll(() => log.close());

const compareMany = async (count: number): Promise<void> => {
  let matched = 0;
  for (let n = 0; n < count; n += 1) matched += await compareOne(entries.length);
  expect(matched).toBeGreaterThan(0);
};

describe("a search of the segments", () => {
  test("finds exactly what a look at each entry finds: sealed, not sealed, and joined", async () => {
    await addEntries(40);
    await indexAll(log.deps.db, segmentEntries);
    await compareMany(60);
    await addEntries(segmentEntries + 100);
    await indexAll(log.deps.db, segmentEntries);
    await compareMany(100);
    for (const count of [1, 1, 1, 5, 30]) {
      await addEntries(count);
      await indexAll(log.deps.db, segmentEntries);
    }
    const fresh = await log.asSuper("select low, high from tlog.segment where not sealed");
    expect(fresh.length).toBeLessThan(6);
    await compareMany(100);
    await addEntries(4 * segmentEntries);
    await indexAll(log.deps.db, segmentEntries);
    await compareMany(240);
  }, 300_000);

  test("finds exactly that while segments are written, sealed and rebuilt", async () => {
    const most = entries.length;
    let done = false;
    const work = withClient(log.deps.db, async (client) => {
      const indexer = await makeIndexer(client, segmentEntries);
      for (let round = 0; round < 12 && !done; round += 1) {
        await addEntries(segmentEntries / 4);
        while (!(await indexer.step()).caughtUp);
        if (round % 3 === 0) await rebuildSegments(log.deps.db);
      }
    });
    try {
      // Only entries that were there before are compared: others are indexed meanwhile.
      for (let n = 0; n < 400; n += 1) await compareOne(most);
    } finally {
      done = true;
      await work;
    }
    expect(entries.length).toBeGreaterThan(most);
  }, 300_000);

  test("finds exactly that while segments are put together, and afterwards", async () => {
    const list = "select low, high, parts from tlog.segment where sealed order by low";
    await addEntries(12 * segmentEntries);
    await indexAll(log.deps.db, segmentEntries);
    const before = await log.asSuper(list);
    const most = before.length - 9;
    const work = (async (): Promise<void> => {
      while ((await mergeOldest(log.deps.db, most)) !== null);
    })();
    for (let n = 0; n < 60; n += 1) await compareOne(entries.length);
    await work;
    const after = await log.asSuper(list);
    expect(after.map((row) => row["parts"])).toEqual([
      8,
      8,
      ...Array.from({ length: before.length - 16 }, () => 1),
    ]);
    expect([after[0]?.["low"], after[0]?.["high"]]).toEqual([
      before[0]?.["low"],
      before[7]?.["high"],
    ]);
    const [left] = await log.asSuper(
      "select count(*)::int as n from tlog.page where segment not in (select id from tlog.segment)",
    );
    expect(left).toEqual({ n: 0 });
    await compareMany(120);
  }, 300_000);

  test("a rebuild gives the same segments, byte for byte", async () => {
    const digests =
      "select low, high, root, (select encode(sha256(string_agg(first || body, ''::bytea order by first)), 'hex') from tlog.page p where p.segment = s.id) as pages from tlog.segment s where sealed order by low";
    const before = await log.asSuper(digests);
    expect(before.length).toBeGreaterThan(5);
    const third = Math.floor(entries.length / 3);
    const ranges = [
      { high: third },
      { low: third, high: 2 * third },
      { low: 2 * third, high: entries.length },
    ];
    const parts = await Promise.all(ranges.map((range) => rebuildSegments(log.deps.db, range)));
    const all = await log.asSuper("select from tlog.segment");
    expect(parts.reduce((sum, { segments }) => sum + segments, 0)).toBe(all.length);
    expect(parts.flatMap(({ refused }) => refused)).toEqual([]);
    expect(await log.asSuper(digests)).toEqual(before);
    await compareMany(100);
  }, 60_000);
});

describe("a rebuild by segment", () => {
  test("puts right what someone with all rights did to pages, sealed or not", async () => {
    await addEntries(20);
    await indexAll(log.deps.db, segmentEntries);
    const digests =
      "select low, high, root, (select encode(sha256(string_agg(first || body, ''::bytea order by first)), 'hex') from (select * from tlog.page union all select * from tlog.page_fresh) p where p.segment = s.id) as pages from tlog.segment s order by low";
    const before = await log.asSuper(digests);
    await log.asSuper(
      "delete from tlog.page where first > '\\x0400' and segment in (select id from tlog.segment where sealed order by low limit 3)",
    );
    await log.asSuper("update tlog.page_fresh set body = '\\x00' where first > '\\x0400'");
    await log.asSuper("update tlog.segment set root = sha256('other'), last_ms = last_ms - 1");
    expect(await log.asSuper(digests)).not.toEqual(before);
    const seen: number[] = [];
    const { refused } = await rebuildSegments(log.deps.db, { onProgress: (n) => seen.push(n) });
    expect(refused).toEqual([]);
    expect(seen.at(-1)).toBe(entries.length);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(await log.asSuper(digests)).toEqual(before);
    await compareMany(60);
  }, 60_000);

  test("rebuilds all of a segment that others were put together to meanwhile", async () => {
    await addEntries(9 * segmentEntries);
    await indexAll(log.deps.db, segmentEntries);
    const pages =
      "select low, high, (select encode(sha256(string_agg(first || body, ''::bytea order by first)), 'hex') from tlog.page p where p.segment = s.id) as pages from tlog.segment s where sealed order by low";
    const [row] = await log.asSuper(
      "select min(low)::int as low from tlog.segment where parts = 1",
    );
    const low = Number(row?.["low"]);
    // The last of those to put together is damaged, and put together before its turn comes.
    await log.asSuper(
      `delete from tlog.page where ctid = (select p.ctid from tlog.page p join tlog.segment s on s.id = p.segment where s.low = ${low + 7 * segmentEntries} and p.first > '\\x0400' order by p.first limit 1)`,
    );
    const merging: Promise<unknown>[] = [];
    const { refused } = await rebuildSegments(log.deps.db, {
      low,
      onProgress: (upto) => {
        // One that finds a segment rebuilt meanwhile does nothing.
        if (upto >= low + 2 * segmentEntries && merging.length === 0)
          merging.push(mergeOldest(log.deps.db, 1).catch(() => {}));
      },
    });
    await Promise.all(merging);
    expect(refused).toEqual([]);
    const after = await log.asSuper(pages);
    await rebuildSegments(log.deps.db);
    expect(await log.asSuper(pages)).toEqual(after);
    await compareMany(60);
  }, 60_000);

  test("names what it can't do segment by segment, and does the rest", async () => {
    const [row] = await log.asSuper(
      "select low::int, high::int from tlog.segment order by low offset 1",
    );
    await log.asSuper(`delete from tlog.segment where low = ${Number(row?.["low"])}`);
    const gap = await rebuildSegments(log.deps.db);
    expect(gap.refused).toEqual([
      `No segment covers the entries ${Number(row?.["low"])} to ${Number(row?.["high"]) - 1}, and a single one can't be added in between.`,
    ]);
    const [left] = await log.asSuper("select count(*)::int as n from tlog.segment");
    expect(gap.segments).toBe(left?.["n"]);
    await log.asSuper("select tlog.rebuild_search()");
    expect(await rebuildSegments(log.deps.db)).toEqual({ segments: 0, refused: [] });
    await indexAll(log.deps.db, segmentEntries);
    await compareMany(60);
  }, 60_000);

  test("an indexer that goes on after the index was discarded stops, and the next one builds it", async () => {
    await withClient(log.deps.db, async (client) => {
      const indexer = await makeIndexer(client, segmentEntries);
      while (!(await indexer.step()).caughtUp);
      await log.asSuper("select tlog.rebuild_search()");
      await expect(indexer.step()).rejects.toThrow(/The index ends at entry 0 instead of \d+/);
    });
    await indexAll(log.deps.db, segmentEntries);
    await compareMany(40);
  }, 60_000);
});

describe("the application's role", () => {
  test.each([
    "insert into tlog.segment (low, high, sealed, format, root, pages, first_ms, last_ms) values (0, 1, true, 1, sha256(''), 1, 0, 0)",
    "update tlog.segment set root = sha256('')",
    "delete from tlog.segment",
    "truncate tlog.segment",
    "insert into tlog.page (segment, first, body) values (1, '', '')",
    "update tlog.page set body = ''",
    "delete from tlog.page_fresh",
    "truncate tlog.page",
    "insert into tlog.segment_draft (id, sealed, made_by) values (1, true, pg_current_xact_id())",
  ])("may not %s", async (sql) => {
    await expect(log.as("app", sql)).rejects.toThrow(/permission denied/);
  });

  test.each([
    ["a gap", (end: number) => `${end + 1}, ${end + 2}`],
    ["a range that no whole segments cover", () => "1, 2"],
    ["a range that cuts the last one", (end: number) => `0, ${end - 1}`],
    ["entries that are not numbered", (end: number) => `${end}, ${end + 1}`],
    ["no entries", (end: number) => `${end}, ${end}`],
  ])("can't put a segment in the place of %s", async (_what, range) => {
    const replace = log.as(
      "app",
      `do $$ declare made bigint := tlog.draft_segment(true); begin
        perform tlog.add_pages(made, 'ab', array[1], array[1]);
        perform tlog.replace_segments(made, ${range(entries.length)}, 1::smallint, sha256(''), 1, 0, 0);
      end $$`,
    );
    await expect(replace).rejects.toThrow(/does not replace whole segments/);
  });

  test("can't put a segment with other pages than it says in the place of one", async () => {
    const replace = log.as(
      "app",
      `do $$ declare made bigint := tlog.draft_segment(false); begin
        perform tlog.add_pages(made, 'ab', array[1], array[1]);
        perform tlog.replace_segments(made, 0, ${entries.length}, 1::smallint, sha256(''), 2, 0, 0);
      end $$`,
    );
    await expect(replace).rejects.toThrow(/has 1 pages, not 2/);
  });

  test("can't add a page to a segment that another transaction made or makes", async () => {
    const [row] = await log.asSuper("select max(id) as id from tlog.segment");
    const [draft] = await log.as("app", "select tlog.draft_segment(true) as id");
    for (const id of [row?.["id"], draft]) {
      const [add, replace] = [
        `select tlog.add_pages(${String(id)}, 'ab', array[1], array[1])`,
        `select tlog.replace_segments(${String(id)}, 0, ${entries.length}, 1::smallint, sha256(''), 0, 0, 0)`,
      ];
      await expect(log.as("app", add)).rejects.toThrow(/is not made by this transaction/);
      await expect(log.as("app", replace)).rejects.toThrow(/is not made by this transaction/);
    }
  });
});
