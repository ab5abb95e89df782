import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withClient } from "@/lib/log/sequence/leader";
import { factRun } from "@/lib/log/pure/search-tokens";
import { type Harness, openHarness } from "@/testing/harness";
import { began, below, pick, sampleConditions, type SampleEntry } from "@/testing/log/index-sample";
import { makeSampleLog, type SampleLog } from "@/testing/log/sample-log";
import { countByTime } from "./count-by-time";
import { countMatches, findNumbers, findPage } from "./find-entries";
import { indexAll, makeIndexer } from "./indexer";
import { mergeOldest } from "./merge-oldest";
import { rebuildSegments } from "./rebuild-segments";
import type { IndexSearch } from "./walk-segments";

/** Small segments, so that a few thousand entries are sealed many times. */
const segmentEntries = 700;
let log: Harness;
let sample: SampleLog;
let entries: SampleLog["entries"];
const addEntries = (count: number): Promise<void> => sample.add(count);

/** One random search, and everything that it must find by a look at each entry. */
async function compareOne(most: number): Promise<number> {
  const chosen = Array.from({ length: below(4) }, () => pick(sampleConditions)());
  const none = below(6) === 0 ? pick(sampleConditions)() : null;
  const low = below(3) === 0 ? below(most) : 0;
  const high = below(3) === 0 ? below(most + 1) : most;
  const fromMs = below(3) === 0 ? began + below(most * 60_000) : null;
  const untilMs = below(3) === 0 ? began + below(most * 60_000) : null;
  const order = pick(["asc", "desc"] as const);
  const search: IndexSearch = {
    all: chosen.map(({ run }) => run),
    ...(none ? { none: none.run } : {}),
    low,
    high,
    fromMs,
    untilMs,
    order,
  };
  const isRead = (entry: SampleEntry | null): boolean => entry?.action.endsWith(".read") ?? false;
  const matches = entries.slice(0, most).flatMap((entry, seq) => {
    const time = timeOf(seq);
    const holds =
      seq >= low &&
      seq < high &&
      (fromMs === null || time >= fromMs) &&
      (untilMs === null || time < untilMs) &&
      chosen.every((one) => entry !== null && one.holds(entry)) &&
      !(none !== null && entry !== null && none.holds(entry));
    return holds ? [seq] : [];
  });
  const ordered = order === "asc" ? matches : matches.toReversed();
  const show = pick(["include", "only", "exclude"] as const);
  const shown = ordered.filter(
    (seq) => show === "include" || (show === "only") === isRead(entries[seq]!),
  );
  const after = below(2) === 0 && shown.length > 3 ? shown[below(shown.length)]! : null;
  const db = log.deps.db;
  const said = `${JSON.stringify({ low, high, fromMs, untilMs, order, show, after })} ${chosen.map(({ holds }) => String(holds)).join(" ")}`;
  expect(await findNumbers(db, search, 50), said).toEqual(ordered.slice(0, 50));
  expect(await countMatches(db, search), said).toBe(matches.length);
  const page = await findPage(db, search, { show, allReads: null, after, limit: 7, cap: Infinity });
  expect(page, said).toEqual({
    numbers: (after === null ? shown : shown.slice(shown.indexOf(after) + 1)).slice(0, 7),
    total: shown.length,
    reads: matches.filter((seq) => isRead(entries[seq]!)).length,
  });
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const byDay = new Map<string, number>();
  for (const seq of matches) byDay.set(day(timeOf(seq)), (byDay.get(day(timeOf(seq))) ?? 0) + 1);
  const acts = [factRun("kind", "a"), factRun("kind", "r")];
  const times = matches.map(timeOf);
  const found = await countByTime(db, search, [acts], () => day);
  const counted = [...(found?.counts ?? [])].map(([at, [count]]) => [at, count] as const);
  expect(Object.fromEntries(counted), said).toEqual(Object.fromEntries(byDay));
  expect(found?.span ?? null, said).toEqual(
    times.length === 0 ? null : { first: Math.min(...times), last: Math.max(...times) },
  );
  return matches.length;
}

/** An entry without a time has that of the one before it. */
function timeOf(seq: number): number {
  for (let at = seq; at >= 0; at -= 1) {
    const entry = entries[at];
    if (entry) return Date.parse(entry.ts);
  }
  return 0;
}

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
    const counts = await Promise.all(
      [0, 1, 2].map((part) => rebuildSegments(log.deps.db, { part, parts: 3 })),
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe(before.length);
    expect(await log.asSuper(digests)).toEqual(before);
    await compareMany(100);
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
