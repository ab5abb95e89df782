import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { closeDatabase, type Database, openDatabase } from "@/lib/db/database";
import { maxSegmentEntries } from "@/lib/log/derive/segment-builder";
import type { EntryQuery } from "@/lib/log/schema";
import { getEntryHistogram } from "@/lib/log/search/get-histogram";
import { searchEntries } from "@/lib/log/search/search-entries";
import { indexAll } from "@/lib/log/segments/indexer";
import { mergeOldest } from "@/lib/log/segments/merge-oldest";
import { world } from "@/lib/runtime/get-deps";
import { adminActor } from "@/testing/actors";
import { startThrowawayPostgres } from "@/testing/database/throwaway-postgres";
import { treeOf } from "@/testing/supervise/process-tree";
import { fillLogs, queryKinds } from "./_search-fixture";
import { indexRows, migrateToIndexOfRows, searchRows } from "./_search-peer";
import { report } from "./_results";
import { printTable } from "./_tools";

// The search index: how fast it is built and how large it is, next to the index of rows that it
// replaced, over the same entries; 13 kinds of queries with rotating terms, one after another and 20
// a second; and what merging does to them. `--entries`: how many (1,000,000).
const entries = Number(process.env["BENCH_ENTRIES"] ?? 1_000_000);
/** The peer takes minutes for a million. */
const both = Math.min(entries, 2 * maxSegmentEntries);
const queries = 40;
const openLoopSeconds = 30;
const perSecond = 20;
const promisedMs = 200;

const server = await startThrowawayPostgres({ durable: true });
const databases: Database[] = [];
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function open(name: string, template: string): Promise<Database> {
  const first = openDatabase(server.urls("postgres").superUrl, { max: 1 });
  await first.pool.query(`create database ${name} owner chancery_owner template ${template}`);
  await closeDatabase(first);
  const db = openDatabase(server.urls(name).appUrl, { max: 8 });
  databases.push(db);
  return db;
}

async function run(): Promise<void> {
  const now = await open("segments", server.template);
  const before = await open("rows", "template0");
  const owner = openDatabase(server.urls("rows").ownerUrl, { max: 1 });
  databases.push(owner);
  await migrateToIndexOfRows(owner);

  await timed("made", both, () => fillLogs([now, before], 0, both));
  const rows = [
    await timed("segments", both, () => indexAll(now)),
    await timed("rows", both, () => indexRows(before)),
  ];
  const sizes = [
    await bytesOf(now, "segment,page,page_fresh"),
    await bytesOf(before, "search,span"),
  ];
  say(`\nIndexing ${both.toLocaleString("en")} entries`);
  printTable(
    rows.map((row, n) => ({
      index: row.what,
      "entries/s": row.rate,
      "of rows": row.rate / rows[1]!.rate,
      "core seconds for 100,000": (row.coreSeconds / both) * 100_000,
      "bytes an entry": sizes[n]! / both,
    })),
  );
  say(
    `\nA page of 50 and the counts, milliseconds, ${both.toLocaleString("en")} entries; the same page from both`,
  );
  printTable(await compareSearches(now, before));
  if (entries > both) await larger(now);
}

async function larger(now: Database): Promise<void> {
  await fillLogs([now], both, entries);
  const { rate, coreSeconds } = await timed("more", entries - both, () => indexAll(now));
  say(
    `\nIndexing up to ${entries.toLocaleString("en")}: ${Math.round(rate).toLocaleString("en")} a second, ${((coreSeconds / (entries - both)) * 100_000).toFixed(1)} core seconds for 100,000`,
  );
  say(`\n${entries.toLocaleString("en")} entries: a page and its counts, and with the histogram`);
  printTable(await measureSearches(now));
  say(`\n${perSecond} such pages a second for ${openLoopSeconds} s`);
  printTable([await openLoop(now)]);
  const segments = await countSegments(now);
  const began = performance.now();
  while ((await mergeOldest(now, 1)) !== null);
  const left = await countSegments(now);
  say(
    `\n${segments} sealed segments put together to ${left} in ${((performance.now() - began) / 1_000).toFixed(1)} s; ${Math.round((await bytesOf(now, "segment,page,page_fresh")) / entries)} bytes an entry`,
  );
  printTable(await measureSearches(now));
}

type Timed = Readonly<{ what: string; rate: number; coreSeconds: number }>;

/** Counts the processor time of this process and of PostgreSQL. */
async function timed(what: string, count: number, work: () => Promise<unknown>): Promise<Timed> {
  const before = coreSeconds();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1_000;
  return { what, rate: count / seconds, coreSeconds: coreSeconds() - before };
}

const secondsPerTick = 0.01;

function coreSeconds(): number {
  const { user, system } = process.cpuUsage();
  const ticks = treeOf(server.pid()).reduce((sum, { pid }) => sum + ticksOf(pid), 0);
  return (user + system) / 1e6 + ticks * secondsPerTick;
}

/** proc_pid_stat(5): its own time, and that of its children that have ended. */
function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
  } catch {
    return 0; // it has ended meanwhile
  }
}

async function bytesOf({ pool }: Database, tables: string): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(
    "select sum(pg_total_relation_size(('tlog.' || t)::regclass)) as bytes from unnest(string_to_array($1, ',')) as t",
    [tables],
  );
  return Number(rows[0]?.bytes ?? 0);
}

async function countSegments({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    "select count(*)::int as n from tlog.segment where sealed",
  );
  return rows[0]?.n ?? 0;
}

const actor = adminActor();
const share = (took: readonly number[], of: number): number =>
  took.toSorted((a, b) => a - b)[Math.min(took.length - 1, Math.floor(took.length * of))] ?? 0;
const said = (took: readonly number[]): string =>
  [0.5, 0.95, 1].map((of) => share(took, of).toFixed(0)).join("/");

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Query by query from both, so that a slow minute is one for both. */
async function compareSearches(now: Database, before: Database) {
  const rows = [];
  for (const { kind, query } of queryKinds) {
    const took: [number[], number[]] = [[], []];
    for (let n = 0; n < queries; n += 1) {
      const asked = query(n, both);
      const pages: [readonly number[], readonly number[]] = [[], []];
      took[1].push(await millisecondsOf(async () => (pages[1] = await searchRows(before, asked))));
      took[0].push(
        await millisecondsOf(async () => {
          const { items } = await searchEntries({ db: now }, actor, asked);
          pages[0] = items.map(({ seq }) => seq);
        }),
      );
      if (pages[0].join() !== pages[1].join()) {
        say(`${kind}: ${JSON.stringify(asked)} has different pages`);
        process.exitCode = 1;
      }
    }
    rows.push({
      kind,
      "segments p50/p95/max": said(took[0]),
      "rows p50/p95/max": said(took[1]),
      "p95 of rows": share(took[0], 0.95) / share(took[1], 0.95),
    });
  }
  return rows;
}

async function measureSearches(db: Database) {
  const deps = { db, clock: world.clock };
  const rows = [];
  for (const { kind, query } of queryKinds) {
    const page: number[] = [];
    const whole: number[] = [];
    for (let n = 0; n < queries; n += 1) {
      const asked = query(n, entries);
      page.push(await millisecondsOf(() => searchEntries(deps, actor, asked)));
      whole.push(await millisecondsOf(() => showPage(deps, asked)));
    }
    rows.push({ kind, "page p50/p95/max": said(page), "with histogram": said(whole) });
  }
  return rows;
}

/** What the audit log's page asks for. */
const showPage = (deps: Parameters<typeof getEntryHistogram>[0], asked: EntryQuery) =>
  Promise.all([searchEntries(deps, actor, asked), getEntryHistogram(deps, actor, asked)]);

/** Starts searches at a rate, whether or not earlier ones have ended. */
async function openLoop(db: Database) {
  const deps = { db, clock: world.clock };
  const took: number[] = [];
  const running: Promise<void>[] = [];
  const began = performance.now();
  for (let n = 0; n < openLoopSeconds * perSecond; n += 1) {
    await pause(Math.max(0, began + (n * 1_000) / perSecond - performance.now()));
    const { query } = queryKinds[n % queryKinds.length]!;
    const work = millisecondsOf(() => showPage(deps, query(n, entries)));
    running.push(work.then((ms) => void took.push(ms)));
  }
  await Promise.all(running);
  report({
    measure: `Search: page, counts and histogram, p95, ${entries.toLocaleString("en")} entries, open loop`,
    value: share(took, 0.95),
    unit: "ms",
    limit: promisedMs,
    limitIs: "what is promised",
    lessIsBetter: true,
    note: `${perSecond} a second, p50 ${share(took, 0.5).toFixed(0)} ms`,
  });
  return { pages: took.length, "p50/p95/max": said(took), "p99, ms": share(took, 0.99) };
}

try {
  await run();
} finally {
  await Promise.all(databases.map(closeDatabase));
  await server.stop();
}
