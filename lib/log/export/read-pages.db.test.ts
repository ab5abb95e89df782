import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { encodeEntry, makeEntry } from "@/lib/log/entry";
import { insertEntriesStatement, insertEntriesValues, joinEntries } from "@/lib/log/record/inbox";
import type { NewEntry } from "@/lib/log/types";
import { adminActor } from "@/testing/actors";
import { openHarness, type Harness } from "@/testing/harness";
import type { ExportScope } from "./export-scope";
import { type PageEntry, readPages } from "./read-pages";

// Of so many entries some are so large that a page holds a hundred of them.
const size = 1_200,
  largeTo = 400,
  largeText = "x".repeat(4_000);
let harness: Harness;

beforeAll(async () => {
  harness = await openHarness({ sequencer: false });
  const { deps } = harness;
  for (let from = 0; from < size; from += 200) {
    const some = Array.from({ length: 200 }, (_none, n) => {
      const notes = from + n < largeTo ? Array(5).fill(largeText) : ["small"];
      const entry = {
        action: "account.read",
        outcome: "success",
        target: null,
        details: { notes },
      };
      const record = makeEntry(adminActor(), entry as unknown as NewEntry, {
        now: deps.clock.now(),
        randomBytes: deps.random.bytes,
      });
      return { bytes: encodeEntry(record), id: record.id, targetId: null };
    });
    await deps.db.pool.query({
      ...insertEntriesStatement,
      values: insertEntriesValues(joinEntries(some)),
    });
  }
  await harness.asSuper("select tlog.sequence_batch(5000)");
});
afterAll(() => harness.close());

async function pagesOf(low: number, high: number, signal?: AbortSignal): Promise<PageEntry[][]> {
  const scope = { isWhole: true, range: { low, high } } as ExportScope;
  const pages: PageEntry[][] = [];
  const never = new AbortController().signal;
  for await (const page of readPages(harness.deps.db, scope, true, signal ?? never))
    pages.push(page);
  return pages;
}
const numbersOf = (pages: readonly PageEntry[][]): number[] => pages.flat().map(({ seq }) => seq);
const from = (low: number, high: number): number[] =>
  Array.from({ length: Math.max(0, high - low) }, (_none, n) => low + n);

describe("the pages of everything", () => {
  test.each([
    ["the whole log", 0, size],
    ["a part that begins among large entries", 333, size],
    ["what ends among large entries", 0, 399],
    ["one entry", 512, 513],
    ["nothing", 700, 700],
  ])("hold each entry of %s once, in order, with its text", async (_, low, high) => {
    const pages = await pagesOf(low, high);
    expect(numbersOf(pages)).toEqual(from(low, high));
    for (const { seq, text } of pages.flat()) expect(text.includes(largeText)).toBe(seq < largeTo);
  });

  test("hold two megabytes and one entry at most", async () => {
    const lengths = (await pagesOf(0, size)).map((page) =>
      page.reduce((sum, { text }) => sum + text.length, 0),
    );
    expect(Math.max(...lengths)).toBeLessThan(2_097_152 + 25_000);
    expect(lengths.length).toBeGreaterThan(4);
  });

  test("go on behind a range of which entries are missing, and leave none of the others out", async () => {
    await harness.asSuper("alter table tlog.entry_p000000 disable trigger all");
    const gone = await harness.asSuper(
      "select seq, leaf_hash, entry from tlog.entry where seq >= 450 and seq < 1100",
    );
    expect(gone).toHaveLength(650);
    await harness.asSuper("delete from tlog.entry_p000000 where seq >= 450 and seq < 1100");
    expect(numbersOf(await pagesOf(0, size))).toEqual([...from(0, 450), ...from(1100, size)]);
  });

  test("end soon where the log claims a billion entries that it does not have", async () => {
    expect(numbersOf(await pagesOf(1_150, 1_000_000_000))).toEqual(from(1_150, size));
  });

  test("keep the hash of each entry where that of one is missing", async () => {
    const before = (await pagesOf(0, 300)).flat().map(({ leafHash }) => leafHash);
    await harness.asSuper("alter table tlog.entry alter column leaf_hash drop not null");
    await harness.asSuper("update tlog.entry_p000000 set leaf_hash = null where seq = 100");
    const after = (await pagesOf(0, 300)).flat().map(({ leafHash }) => leafHash);
    expect(after).toEqual(before.with(100, ""));
    expect(before.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
  });

  test("end with the reason for which the reader stops", async () => {
    const stopping = new AbortController();
    stopping.abort(new Error("stopped"));
    await expect(pagesOf(0, size, stopping.signal)).rejects.toThrow("stopped");
  });

  test("are given up at once while exports hold every connection and wait", async () => {
    const db = openDatabase(harness.urls.appUrl, { max: 2 });
    const locking = new pg.Client({ connectionString: harness.urls.superUrl });
    await locking.connect();
    await locking.query("begin; lock table tlog.entry in access exclusive mode");
    const stopping = new AbortController();
    const scope = { isWhole: true, range: { low: 0, high: size } } as ExportScope;
    const reading = readPages(db, scope, false, stopping.signal).next();
    await expect.poll(() => db.pool.totalCount - db.pool.idleCount).toBe(2);
    stopping.abort(new Error("stopped"));
    // The lock is still held: only a cancellation ends the statements.
    await expect(reading).rejects.toThrow("stopped");
    await locking.end();
    await closeDatabase(db);
  });
});
