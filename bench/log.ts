import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { treeOf } from "@/testing/supervise/process-tree";
import { systemActor } from "@/lib/access/actor";
import { closeDatabase, type Database, openDatabase } from "@/lib/db/database";
import { encodeEntry, makeEntry } from "@/lib/log/entry";
import {
  type EncodedEntry,
  insertEntriesStatement,
  joinEntries,
  insertEntriesValues,
} from "@/lib/log/record/inbox";
import type { EntryRecord } from "@/lib/log/types";
import { world } from "@/lib/runtime/get-deps";
import { readRunFile } from "@/lib/runtime/run-file";
import { apiOf, startChancery } from "./_chancery";
import { readProgress, untilSettled } from "./_log-progress";
import { makePlainTable } from "./_plain-table";
import { report } from "./_results";
import { printTable } from "./_tools";

// The log of a running Chancery: how fast it takes entries next to its own sequencer, index and
// publisher; how long an action waits for its signed
// checkpoint; how fast a million entries are exported, and in how much memory.
const seconds = 5,
  batch = 500,
  lanes = 2,
  exported = Number(process.env.BENCH_ENTRIES ?? 1_000_000),
  acts = 300;

const chancery = await startChancery();
const db = openDatabase(readRunFile(chancery.dataFolder)?.databaseUrl ?? "", { max: 8 });
const plain = await makePlainTable();
const downloads = mkdtempSync(join(tmpdir(), "chancery-bench-log-"));
try {
  await timeToCheckpoint();
  await intake();
  await exportAll();
} finally {
  await plain.stop();
  await closeDatabase(db);
  await chancery.stop();
  rmSync(downloads, { recursive: true, force: true });
}

function encode(record: EntryRecord): EncodedEntry {
  return { bytes: encodeEntry(record), id: record.id, targetId: record.target?.id ?? null };
}

/** Entries as a service's reads look. */
function batchOf(first: number): EncodedEntry[] {
  const actor = {
    ...systemActor("benchmark", "req_01kat8m2wq7h4z0c9d5e6f7g8j"),
    label: "payments",
    origin: { ip: "192.0.2.7", port: 50123, userAgent: "benchmark/1.0", via: ["mtls"] },
    credential: {
      certificateId: "crt_01kat8m2wq7h4z0c9d5e6f7g8j",
      serial: "5f3a9c1d2e4b6a7f8091a2b3c4d5e6f7",
      fingerprintSha256: "ab".repeat(32),
    },
  };
  return Array.from({ length: batch }, (_none, at) =>
    encode(
      makeEntry(
        actor,
        {
          action: "certificate.read",
          outcome: "success",
          target: {
            kind: "certificate",
            id: "crt_01kat8m2wq7h4z0c9d5e6f7g8j",
            label: "pay.example.com",
          },
          details: { method: "GET", path: `/api/v1/certificates/${first + at}`, status: 200 },
        },
        { now: new Date(), randomBytes: world.random.bytes },
      ),
    ),
  );
}

type Insert = Readonly<{ name: string; text: string }>;

/** Multi-row inserts of the same bytes over as many connections; entries a second. */
async function insertFor(
  pool: Database["pool"],
  insert: Insert,
  batches: readonly (readonly EncodedEntry[])[],
  parameters: number,
): Promise<number> {
  const began = performance.now(),
    end = began + seconds * 1_000;
  let done = 0;
  await Promise.all(
    Array.from({ length: lanes }, async (_none, lane) => {
      for (let at = lane; performance.now() < end; at += lanes) {
        const entries = batches[at % batches.length]!;
        await pool.query({
          ...insert,
          values: insertEntriesValues(joinEntries(entries)).slice(0, parameters),
        });
        done += entries.length;
      }
    }),
  );
  return done / ((performance.now() - began) / 1_000);
}

async function intake(): Promise<void> {
  const batches = Array.from({ length: 40 }, (_none, at) => batchOf(at * batch)),
    rows = [];
  for (const round of [1, 2, 3]) {
    const bare = await insertFor(plain.pool, plain.insert, batches, 3);
    const before = await readProgress(db),
      taken = await insertFor(db.pool, insertEntriesStatement, batches, 5),
      after = await readProgress(db);
    rows.push({
      round: String(round),
      "bare INSERT/s": bare,
      "log intake/s": taken,
      "of bare INSERT": taken / bare,
      "numbered meanwhile/s": (after.size - before.size) / seconds,
      "left in the inbox": String(after.backlog),
      "left to index": String(after.size - after.indexed),
    });
    await untilSettled(db);
  }
  const ratios = rows.map((row) => row["of bare INSERT"]).toSorted((a, b) => a - b);
  const middle = rows.find((row) => row["of bare INSERT"] === ratios[1])!;
  report({
    measure: "Log intake: recorded and numbered, next to index, tree and publisher",
    value: middle["log intake/s"],
    unit: "entries/s",
    limit: middle["bare INSERT/s"],
    limitIs: "bare multi-row INSERT",
    note: `median of three rounds, ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}`,
  });
  process.stdout.write(
    `Intake, ${lanes} connections, ${batch} entries of ${batches[0]![0]!.bytes.length} bytes an INSERT, fsync on; the bare table is on a PostgreSQL of the same settings\n`,
  );
  printTable(rows);
}

async function timeToCheckpoint(): Promise<void> {
  const api = apiOf(chancery),
    made: { id: string; answered: number }[] = [];
  for (let n = 0; n < acts; n += 1) {
    const { entryId } = await api("/identities", {
      kind: "service",
      name: `service-${n}`,
      owner: "benchmark@example.com",
    });
    made.push({ id: String(entryId), answered: Date.now() });
    await pause(20 + ((n * 37) % 400));
  }
  await untilSettled(db);
  await pause(2_000);
  const { rows } = await db.pool.query<{ entry_id: string; at: Date | null }>(
    `select e.entry_id, (select min(c.published_at) from tlog.checkpoint c where c.size > e.seq and c.published_at is not null) as at from tlog.entry e where e.entry_id = any($1)`,
    [made.map(({ id }) => id)],
  );
  const at = new Map(
    rows.map((row) => [row.entry_id, row.at?.getTime() ?? Number.POSITIVE_INFINITY]),
  );
  const waits = made
    .map(({ id, answered }) => (at.get(id) ?? Number.POSITIVE_INFINITY) - answered)
    .sort((left, right) => left - right);
  const share = (of: number): string =>
    `${Math.max(0, waits[Math.min(waits.length - 1, Math.floor(waits.length * of))] ?? 0)} ms`;
  process.stdout.write(
    `\nFrom the response to an action to a published, signed checkpoint over it, ${acts} actions one by one\n`,
  );
  printTable([{ p50: share(0.5), p90: share(0.9), p99: share(0.99), slowest: share(1) }]);
}

async function exportAll(): Promise<void> {
  for (let { size } = await readProgress(db); size < exported; { size } = await readProgress(db)) {
    await db.pool.query({
      ...insertEntriesStatement,
      values: insertEntriesValues(joinEntries(batchOf(size))),
    });
    if ((await readProgress(db)).backlog > 20_000) await pause(500);
  }
  await untilSettled(db);
  const rows = [];
  for (const format of ["jsonl", "csv"]) {
    const file = join(downloads, `log.${format}`),
      gateway =
        treeOf(process.pid).find(({ command }) => command.includes("gateway.mjs"))?.pid ?? 0;
    const before = memoryOf(gateway),
      watch = watchMemory(gateway),
      began = performance.now();
    const child = spawn(
      "curl",
      [
        "-sf",
        "-o",
        file,
        "-H",
        `Authorization: Bearer ${chancery.token}`,
        `${chancery.url}/api/v1/audit/export?format=${format}`,
      ],
      { stdio: "inherit" },
    );
    const [code] = (await once(child, "close")) as [number];
    if (code !== 0) throw new Error(`the export ended with ${code}`);
    const took = (performance.now() - began) / 1_000,
      bytes = statSync(file).size,
      peak = watch();
    const writing = performance.now();
    spawnSyncOrThrow("dd", [`if=${file}`, `of=${file}.copy`, "bs=1M", "conv=fsync", "status=none"]);
    const copied = (performance.now() - writing) / 1_000;
    report({
      measure: `Export, ${format === "jsonl" ? "JSON Lines" : "CSV"}`,
      value: bytes / 1e6 / took,
      unit: "MB/s",
      limit: bytes / 1e6 / copied,
      limitIs: "copying the file",
    });
    rows.push({
      format,
      entries: (await readProgress(db)).size.toLocaleString("en"),
      MB: bytes / 1e6,
      "MB/s": bytes / 1e6 / took,
      "of copying the file": copied / took,
      "gateway before, MB": before,
      "gateway peak, MB": peak,
    });
  }
  process.stdout.write("\nExport of everything over the API\n");
  printTable(rows);
}

function memoryOf(pid: number): number {
  return (
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? Number.NaN) /
    1_024
  );
}

function watchMemory(pid: number): () => number {
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, memoryOf(pid));
  }, 100);
  return () => {
    clearInterval(timer);
    return most;
  };
}

function spawnSyncOrThrow(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
}
