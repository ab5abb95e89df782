import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withClient } from "@/lib/log/sequence/leader";
import { factRun } from "@/lib/log/pure/search-tokens";
import { type Harness, openHarness } from "@/testing/harness";
import {
  began,
  below,
  makeSampleEntry,
  pick,
  sampleConditions,
  type SampleEntry,
} from "@/testing/log/index-sample";
import { countByTime, countMatches, findNumbers, findPage, findTimeSpan } from "./find-entries";
import { indexAll, makeIndexer } from "./indexer";
import { rebuildSegments } from "./rebuild-segments";
import type { IndexSearch } from "./walk-segments";

/** Small segments, so that a few thousand entries are sealed many times. */
const segmentEntries = 700;
let log: Harness;
const entries: (SampleEntry | null)[] = [];
/** Commits and numbers so many more entries; some say nothing that can be indexed. */
async function addEntries(count: number): Promise<void> {
  const from = entries.length;
  const made = Array.from({ length: count }, (_none, n) =>
    below(150) === 0 ? null : makeSampleEntry(from + n),
  );
  entries.push(...made);
  const rows = made.map((entry, n) =>
    Buffer.from(
      JSON.stringify({ id: `ent_${from + n}`, v: 1, ...(entry ?? { target: null, ts: "once" }) }),
    ),
  );
  await log.asSuper("alter table tlog.inbox disable trigger user");
  await log.asSuper(
    "insert into tlog.inbox (entry, entry_id, target_id) select e, convert_from(e, 'UTF8')::jsonb ->> 'id', null from unnest($1::bytea[]) as e",
    [rows],
  );
  for (let size = 0; size < entries.length;)
    size = Number((await log.asSuper("select tlog.sequence_batch(1000) as size"))[0]?.["size"]);
}

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
  const counted = await countByTime(db, search, day, [acts]);
  expect(Object.fromEntries([...counted].map(([at, [count]]) => [at, count])), said).toEqual(
    Object.fromEntries(byDay),
  );
  const times = matches.map(timeOf);
  expect(await findTimeSpan(db, search), said).toEqual(
    times.length === 0 ? null : { first: Math.min(...times), last: Math.max(...times) },
  );
  return matches.length;
}

/** An entry without a time has that of the one before it, which is in the same segment here. */
function timeOf(seq: number): number {
  for (let at = seq; at >= 0; at -= 1) {
    const entry = entries[at];
    if (entry) return Date.parse(entry.ts);
  }
  return Date.parse(entries.find((entry) => entry !== null)!.ts);
}

beforeAll(async () => {
  log = await openHarness({ sequencer: false });
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
    const sql = `select tlog.replace_segments(${range(entries.length)}, true, 1::smallint, sha256(''), 1, 0, 0)`;
    await expect(log.as("app", sql)).rejects.toThrow(/does not replace whole segments/);
  });

  test("can't add a page to a segment that another transaction made", async () => {
    const [id] = await log.as("super", "select max(id) from tlog.segment");
    await expect(
      log.as("app", `select tlog.add_pages(${String(id)}, 'ab', array[1], array[1])`),
    ).rejects.toThrow(/was not made by this transaction/);
  });
});
