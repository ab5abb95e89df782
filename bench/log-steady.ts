import { setTimeout as pause } from "node:timers/promises";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import {
  type EncodedEntry,
  insertEntriesStatement,
  insertEntriesValues,
  joinEntries,
} from "@/lib/log/record/inbox";
import { readCursors } from "@/lib/log/sequence/read-cursors";
import { readRunFile } from "@/lib/runtime/run-file";
import { startChancery } from "./_chancery";
import { makePlainTable } from "./_plain-table";
import { report } from "./_results";
import { encodeFleetEntry } from "./_search-fixture";
import { printTable } from "./_tools";

// A running Chancery takes entries at a steady rate: how long after its commit an entry is numbered,
// in the tree, evaluated by the alert rules and found by a search, at the end and at worst; how long
// a request over the API takes meanwhile, while segments of the index are written and sealed; and how
// long a burst of twice that rate takes to be caught up with.
const rate = Number(process.env["BENCH_RATE"] ?? 10_000);
const seconds = Number(process.env["BENCH_SECONDS"] ?? 60);
const burstSeconds = Number(process.env["BENCH_BURST_SECONDS"] ?? 10);
const batch = 500;
const different = 100_000;
const idleSeconds = 10;
const betweenRequestsMs = 10;

const chancery = await startChancery();
const db = openDatabase(readRunFile(chancery.dataFolder)?.databaseUrl ?? "", { max: 6 });
const plain = await makePlainTable();

type Sample = Readonly<{ at: number; total: number }>;
const readers = ["numbering", "tree", "alerts", "index"] as const;
type Delays = Record<(typeof readers)[number], number[]>;

try {
  const batches = Array.from({ length: different / batch }, (_none, n) =>
    Array.from({ length: batch }, (_one, at) => encodeFleetEntry(n * batch + at)),
  );
  const limit = await insertBare(batches);
  const idle = await requestsDuring(() => pause(idleSeconds * 1_000));
  let steady!: Awaited<ReturnType<typeof insertAt>>;
  const busy = await requestsDuring(async () => {
    steady = await insertAt(rate, seconds, batches);
  });
  process.stdout.write(
    `\n${rate.toLocaleString("en")} entries a second for ${seconds} s, ${Math.round(steady.perSecond).toLocaleString("en")} reached; a bare INSERT of the same bytes: ${Math.round(limit).toLocaleString("en")}\n`,
  );
  printTable(rowsOf(steady.delays));
  printTable([
    { "a request over the API": `before, ${idleSeconds} s`, ...sharesOf(idle, 0.99) },
    { "a request over the API": "meanwhile", ...sharesOf(busy, 0.99) },
  ]);
  const worst = Math.max(...steady.delays.index);
  report({
    measure: `Log intake, everything searchable within ${(worst / 1_000).toFixed(1)} s`,
    value: steady.perSecond,
    unit: "entries/s",
    limit,
    limitIs: "bare multi-row INSERT",
    note: `${seconds} s`,
  });
  const burst = await insertAt(2 * rate, burstSeconds, batches);
  process.stdout.write(
    `\n${(2 * rate).toLocaleString("en")} a second for ${burstSeconds} s, ${Math.round(burst.perSecond).toLocaleString("en")} reached; everything can be found ${(burst.catchUpMs / 1_000).toFixed(1)} s after the last\n`,
  );
  printTable(rowsOf(burst.delays));
} finally {
  await plain.stop();
  await closeDatabase(db);
  await chancery.stop();
}

type Batches = readonly (readonly EncodedEntry[])[];

async function insertBare(batches: Batches): Promise<number> {
  const lanes = 2;
  const bareSeconds = 5;
  const began = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: lanes }, async (_none, lane) => {
      for (let n = lane; performance.now() < began + bareSeconds * 1_000; n += lanes) {
        const values = insertEntriesValues(joinEntries(batches[n % batches.length]!)).slice(0, 3);
        await plain.pool.query({ ...plain.insert, values });
        done += batch;
      }
    }),
  );
  return done / ((performance.now() - began) / 1_000);
}

/** Inserts at a rate, and watches the readers meanwhile and until all have caught up. */
async function insertAt(perSecond: number, forSeconds: number, batches: Batches) {
  const first = (await readCursors(db)).size;
  const samples: Sample[] = [{ at: performance.now(), total: 0 }];
  const delays: Delays = { numbering: [], tree: [], alerts: [], index: [] };
  let isDone = false;
  let caughtUpAt = 0;
  const watching = (async () => {
    for (;;) {
      const { cursors } = await readCursors(db);
      const now = performance.now();
      const { total } = samples.at(-1)!;
      for (const name of readers)
        delays[name].push(delayOf(samples, cursors[name].at - first, now));
      if (isDone && readers.every((name) => cursors[name].at - first >= total)) {
        caughtUpAt = now;
        return;
      }
      await pause(100);
    }
  })();
  const began = performance.now();
  let total = 0;
  for (let n = 0; performance.now() < began + forSeconds * 1_000; n += 1) {
    await pause(Math.max(0, began + (total / perSecond) * 1_000 - performance.now()));
    const values = insertEntriesValues(joinEntries(batches[n % batches.length]!));
    await db.pool.query({ ...insertEntriesStatement, values });
    total += batch;
    samples.push({ at: performance.now(), total });
  }
  const ended = performance.now();
  isDone = true;
  await watching;
  const reached = total / ((ended - began) / 1_000);
  return { perSecond: reached, delays, catchUpMs: caughtUpAt - ended };
}

/** How long ago the first entry was committed that a reader has not reached. */
function delayOf(samples: readonly Sample[], done: number, now: number): number {
  const next = samples.find(({ total }) => total > done);
  return next === undefined ? 0 : now - next.at;
}

/** How many milliseconds each request took, asked one after another while `work` runs. */
async function requestsDuring(work: () => Promise<unknown>): Promise<number[]> {
  const headers = { authorization: `Bearer ${chancery.token}` };
  const milliseconds: number[] = [];
  let isDone = false;
  const asking = (async () => {
    while (!isDone) {
      const began = performance.now();
      const answer = await fetch(`${chancery.url}/api/v1/identities?limit=1`, { headers });
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`A request was answered with ${answer.status}.`);
      milliseconds.push(performance.now() - began);
      await pause(betweenRequestsMs);
    }
  })();
  await work().finally(() => {
    isDone = true;
  });
  await asking;
  return milliseconds;
}

/** The median, the given share and the longest. */
function sharesOf(all: readonly number[], most: number) {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)} ms`;
  return { p50: at(0.5), [`p${most * 100}`]: at(most), longest: at(1) };
}

function rowsOf(delays: Delays) {
  const names = {
    numbering: "numbered",
    tree: "in the tree",
    alerts: "alert rules",
    index: "found",
  };
  return readers.map((name) => ({
    "after the commit": names[name],
    ...sharesOf(delays[name], 0.95),
  }));
}
