import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordSeals } from "@/lib/log/publish/record-seals";
import { indexAll } from "@/lib/log/segments/indexer";
import { mergeOldest } from "@/lib/log/segments/merge-oldest";
import { makeSegmentBuilder } from "@/lib/log/derive/segment-builder";
import { type Harness, openHarness } from "@/testing/harness";
import { makeSampleLog } from "@/testing/log/sample-log";
import { verifyIndex } from "./check-index";

/** Small segments, so that a few thousand entries are sealed many times. */
const segmentEntries = 400;
let log: Harness;
const settle = async (): Promise<void> => {
  await log.asSuper("select tlog.sequence_batch(100000)");
  await indexAll(log.deps.db, segmentEntries);
};
const problemsNow = async (from = 0): Promise<readonly string[]> =>
  (await verifyIndex(log.deps.db, { from })).problems;

/** Changes the database as someone with all its rights does, and undoes it after the check. */
async function problemsAfter(...statements: readonly string[]): Promise<readonly string[]> {
  await log.asSuper("create table kept_page as select * from tlog.page");
  await log.asSuper("create table kept_segment as select * from tlog.segment");
  try {
    for (const sql of statements) await log.asSuper(sql);
    return await problemsNow();
  } finally {
    await log.asSuper("delete from tlog.page");
    await log.asSuper("delete from tlog.segment");
    await log.asSuper("insert into tlog.page select * from kept_page");
    await log.asSuper(
      "insert into tlog.segment overriding system value select * from kept_segment",
    );
    await log.asSuper("drop table kept_page, kept_segment");
    expect(await problemsNow()).toEqual([]);
  }
}

/** The pages and the digest of the segment of some entries with one of them left out. */
async function withoutEntry(low: number, high: number, left: number): Promise<string[]> {
  const rows = await log.asSuper(
    "select seq, convert_from(entry, 'UTF8') as text from tlog.entry where seq >= $1 and seq < $2 order by seq",
    [low, high],
  );
  const builder = makeSegmentBuilder(low);
  for (const { seq, text } of rows) builder.add(Number(seq) === left ? "{}" : String(text));
  const { root, pages } = builder.encode();
  const hex = (bytes: Uint8Array): string => `'\\x${Buffer.from(bytes).toString("hex")}'::bytea`;
  const id = `(select id from tlog.segment where low = ${low})`;
  return [
    `delete from tlog.page where segment = ${id}`,
    ...pages.map(
      ({ first, body }) => `insert into tlog.page values (${id}, ${hex(first)}, ${hex(body)})`,
    ),
    `update tlog.segment set root = ${hex(root)} where low = ${low}`,
  ];
}

beforeAll(async () => {
  log = await openHarness({ sequencer: false });
  await makeSampleLog(log).add(13 * segmentEntries + 50);
  await settle();
  await recordSeals(log.deps);
  await settle();
  await mergeOldest(log.deps.db, 10);
});
afterAll(() => log.close());

const second = `segment = (select id from tlog.segment where low = ${9 * segmentEntries})`;
const third = `segment = (select id from tlog.segment where low = ${10 * segmentEntries})`;
const merged = "segment = (select id from tlog.segment where low = 0)";
const aPage = (where: string, offset: number): string =>
  `first = (select first from tlog.page where ${where} order by first offset ${offset} limit 1)`;

describe("a verification of the search index", () => {
  test("has no problem with a sealed, merged and recorded index, and counts every entry", async () => {
    const [head] = await log.asSuper("select size::int from tlog.head");
    const { count, checked } = await verifyIndex(log.deps.db);
    expect([count, checked]).toEqual([0, head?.["size"]]);
    const [first] = await log.asSuper("select parts, high::int from tlog.segment where low = 0");
    expect(first).toEqual({ parts: 8, high: 8 * segmentEntries });
    // What was merged has a digest of its own, which is recorded, too.
    expect(await recordSeals(log.deps)).toBe(1);
    await settle();
    expect(await recordSeals(log.deps)).toBe(0);
    expect(await problemsNow()).toEqual([]);
  });

  test("goes on from the segment of an entry", async () => {
    const done: number[] = [];
    const from = 9 * segmentEntries + 7;
    const { checked } = await verifyIndex(log.deps.db, {
      from,
      onProgress: (upto) => done.push(upto),
    });
    const [head] = await log.asSuper("select size::int from tlog.head");
    expect(checked).toBe(Number(head?.["size"]) - from);
    expect(done[0]).toBe(10 * segmentEntries);
  });

  describe.each([
    ["a segment", second],
    ["segments that were put together", merged],
  ])("names what someone with all rights did to %s", (_what, where) => {
    test.each([
      [
        "a byte of a page was changed",
        [
          `update tlog.page set body = set_byte(body, 60, get_byte(body, 60) # 1) where ${where} and ${aPage(where, 4)}`,
        ],
      ],
      ["a page was deleted", [`delete from tlog.page where ${where} and ${aPage(where, 5)}`]],
      [
        "a page was put where another is looked for",
        [`update tlog.page set first = first || 'x'::bytea where ${where} and ${aPage(where, 6)}`],
      ],
      [
        "the bodies of two pages were exchanged",
        [
          `update tlog.page p set body = (select body from tlog.page q where q.segment = p.segment and q.first <> p.first and q.first in (select first from tlog.page where ${where} order by first offset 5 limit 2))
            where ${where} and first in (select first from tlog.page where ${where} order by first offset 5 limit 2)`,
        ],
      ],
      [
        "a page of another segment took the place of one",
        [
          `update tlog.page set body = (select body from tlog.page where ${third} and ${aPage(third, 6)}) where ${where} and ${aPage(where, 6)}`,
        ],
      ],
      [
        "its digest was exchanged for that of another segment",
        [
          `update tlog.segment set root = (select root from tlog.segment where low = ${10 * segmentEntries}) where id = (select id from tlog.segment where ${where.replace("segment = ", "id = ")})`,
        ],
      ],
      [
        "its span of time was changed",
        [
          `update tlog.segment set last_ms = last_ms - 86400000 where ${where.replace("segment = ", "id = ")}`,
        ],
      ],
      [
        "it was deleted",
        [`delete from tlog.segment where ${where.replace("segment = ", "id = ")}`],
      ],
    ])("%s", async (_change, statements) => {
      const problems = await problemsAfter(...statements);
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.join(" ")).toMatch(/[Ss]egment|[Ee]ntry|entries/);
    });
  });

  test("names the entry that a segment was built again without, though its digest was exchanged, too", async () => {
    const low = 10 * segmentEntries;
    const problems = await problemsAfter(
      ...(await withoutEntry(low, low + segmentEntries, low + 123)),
    );
    expect(problems).toContain(`Entry ${low + 123} is not found by all that it says.`);
  });

  test("names an entry with the digest of another segment, or of a range that is none", async () => {
    const low = 11 * segmentEntries;
    const [row] = await log.asSuper(
      `select encode(root, 'hex') as root, pages from tlog.segment where low = ${10 * segmentEntries}`,
    );
    const record = async (low: number, high: number): Promise<number> => {
      const details = { format: 1, high, low, pages: row?.["pages"], root: row?.["root"] };
      const [size] = await log.asSuper("select size::int as n from tlog.head");
      await log.asSuper(
        "insert into tlog.inbox (entry, entry_id, target_id) values ($1, $2, null)",
        [forged(details, Number(size?.["n"])), `ent_forged${String(size?.["n"])}`],
      );
      await settle();
      return Number(size?.["n"]);
    };
    const pointed = await record(low, low + segmentEntries);
    const none = await record(low + 10, low + 90);
    expect((await problemsNow()).toSorted()).toEqual([
      `Entry ${pointed} has another digest of the segment of the entries ${low} to ${low + segmentEntries - 1} than they give.`,
      `Entry ${none} has another digest of the segment of the entries ${low + 10} to ${low + 89} than they give.`,
    ]);
  });
});

const forged = (details: object, n: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      action: "index.sealed",
      actor: { id: "index", kind: "system", label: "index" },
      correlationId: "req_1",
      credential: null,
      decision: null,
      details,
      id: `ent_forged${n}`,
      nonce: "00000000000000000000000000000000",
      origin: { ip: null, port: null, userAgent: null, via: [] },
      outcome: "success",
      reason: null,
      requestId: "req_1",
      target: null,
      ts: "2026-11-29T00:00:00.000000Z",
      v: 1,
    }),
  );
