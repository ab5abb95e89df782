import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "@/e2e/system/harness";
import { closeDatabase, type Database, openDatabase } from "@/lib/db/database";
import { verifyIndex } from "@/lib/log/live/check-index";
import { rebuildSegments } from "@/lib/log/segments/rebuild-segments";
import {
  startThrowawayPostgres,
  type ThrowawayPostgres,
} from "@/testing/database/throwaway-postgres";
import { compareSearch } from "@/testing/log/compare-search";
import { makeSampleLog, type SampleLog } from "@/testing/log/sample-log";

// Three nodes over one PostgreSQL, of which one indexes. Segments are small, so that in each round
// some are written, sealed and put together; searches go on meanwhile on three nodes of their own.
const rounds = 20;
const segmentEntries = 500;
const mostSegments = 12;
const entriesARound = 900;
const searchesARound = 25;

let postgres: ThrowawayPostgres;
let superuser: Database;
let sample: SampleLog;
const readers: Database[] = [];
const nodes = new Map<ChildProcess, { leads: boolean }>();

function startNode(): void {
  const child = fork(
    join(import.meta.dirname, "../../testing/log/publish/run-indexer.ts"),
    [postgres.urls(postgres.template).appUrl, String(segmentEntries), String(mostSegments)],
    { execArgv: ["--import", "tsx"] },
  );
  const node = { leads: false };
  nodes.set(child, node);
  child.on("message", () => (node.leads = true)).once("exit", () => nodes.delete(child));
}

const rowsOf = async (sql: string): Promise<Record<string, unknown>[]> =>
  (await superuser.pool.query<Record<string, unknown>>(sql)).rows;
const indexedTo = async (): Promise<number> =>
  Number((await rowsOf("select upto from tlog.indexed"))[0]?.["upto"]);
const leader = (): ChildProcess | undefined => [...nodes].find(([, { leads }]) => leads)?.[0];

beforeAll(async () => {
  postgres = await startThrowawayPostgres({ durable: true });
  const { superUrl, appUrl } = postgres.urls(postgres.template);
  superuser = openDatabase(superUrl, { max: 2 });
  for (let n = 0; n < 3; n += 1) readers.push(openDatabase(appUrl, { max: 2 }));
  sample = makeSampleLog({
    asSuper: async (sql, values = []) => (await superuser.pool.query(sql, [...values])).rows,
  });
  for (let n = 0; n < 3; n += 1) startNode();
});
afterAll(async () => {
  for (const child of nodes.keys()) child.kill("SIGKILL");
  await Promise.all([superuser, ...readers].map(closeDatabase));
  await postgres.stop();
});

/** Random searches on every node, of entries that are indexed whatever happens meanwhile. */
async function compareMany(count: number, most: number): Promise<number> {
  const counts = await Promise.all(
    readers.map(async (reader) => {
      let matched = 0;
      for (let n = 0; n < count; n += 1)
        matched += await compareSearch(reader, sample.entries, most);
      return matched;
    }),
  );
  return counts.reduce((sum, matched) => sum + matched, 0);
}

/** The segments cover the index without a gap, and no page is left of any that is gone. */
async function expectWholeIndex(): Promise<void> {
  const rows = await rowsOf(
    `select low::int, high::int, lag(high, 1, 0) over (order by low)::int as before from tlog.segment order by low`,
  );
  for (const { low, before } of rows) expect(low).toBe(before);
  expect(rows.at(-1)?.["high"]).toBe(await indexedTo());
  const [left] = await rowsOf(
    "select count(*)::int as pages from (select segment from tlog.page union all select segment from tlog.page_fresh) p where segment not in (select id from tlog.segment)",
  );
  expect(left).toEqual({ pages: 0 });
}

test.each(Array.from({ length: rounds }, (_none, n) => n + 1))(
  "kill -9 of the node that indexes, while it does: every search on three nodes finds exactly what a look at each entry finds (round %i)",
  async (round) => {
    const before = await indexedTo();
    await sample.add(entriesARound);
    const searches = before === 0 ? null : compareMany(searchesARound, before);
    const victim = await until(leader);
    // At another moment of the work each time.
    await until(async () => (await indexedTo()) > before || round % 3 === 0);
    await pause((round * 37) % 200);
    victim.kill("SIGKILL");
    startNode();
    await searches;
    await until(async () => (await indexedTo()) === sample.entries.length);
    await expectWholeIndex();
    expect(await compareMany(searchesARound, sample.entries.length)).toBeGreaterThan(0);
  },
);

test("afterwards the index is what its entries give, byte for byte, and a rebuild on three nodes at once, while it is searched, changes nothing", async () => {
  expect(await verifyIndex(readers[0]!)).toMatchObject({ count: 0 });
  const size = sample.entries.length;
  const digests = () =>
    rowsOf(
      "select low, high, encode(root, 'hex') as root from tlog.segment where sealed order by low",
    );
  expect((await rowsOf("select from tlog.segment where parts > 1")).length).toBeGreaterThan(1);
  const before = await digests();
  const searches = compareMany(searchesARound, size);
  const rebuilt = await Promise.all(
    readers.map((db, n) =>
      rebuildSegments(db, {
        low: Math.floor((n * size) / 3),
        high: Math.floor(((n + 1) * size) / 3),
      }),
    ),
  );
  await searches;
  expect(rebuilt.flatMap(({ refused }) => refused)).toEqual([]);
  await expectWholeIndex();
  expect(await digests()).toEqual(before);
  expect(await verifyIndex(readers[1]!)).toMatchObject({ count: 0 });
});
