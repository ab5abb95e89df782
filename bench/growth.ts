import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { insertEntriesStatement, insertEntriesValues, joinEntries } from "@/lib/log/record/inbox";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { readRunFile } from "@/lib/runtime/run-file";
import { treeOf } from "@/testing/supervise/process-tree";
import { apiOf, startChancery } from "./_chancery";
import type { GrowthRow } from "./_growth-row";
import { readProgress, untilSettled } from "./_log-progress";
import { postAll } from "./_post";
import { makeRequest } from "./_requests";
import { encodeFleetEntry, queryKinds } from "./_search-fixture";
import { has, printTable } from "./_tools";

// How cost grows with the log: the same measures of one running Chancery while its log has ten
// thousand, a hundred thousand, a million entries (BENCH_SIZES, separated by commas, for others).
// Writes bench/growth.json, which `npm run docs:growth` draws.
const missing = ["wrk", "curl"].filter((program) => !has(program));
if (missing.length > 0)
  throw new Error(
    `This benchmark needs ${missing.join(" and ")} (apt-get install ${missing.join(" ")}).`,
  );

const sizes = (process.env["BENCH_SIZES"] ?? "10000,100000,1000000").split(",").map(Number),
  batch = 500,
  lanes = 2,
  intakeSeconds = 2,
  issuingSeconds = 3,
  warmRequests = 400,
  rounds = 6;
const folder = mkdtempSync(join(tmpdir(), "chancery-bench-growth-"));
const load = loadavg()[0] ?? 0;
const chancery = await startChancery();
const db = openDatabase(readRunFile(chancery.dataFolder)?.databaseUrl ?? "", { max: 8 });
const emptyBytes = await databaseBytes();
let made = 0;
try {
  const identity = await makeIdentity();
  await issue(identity, 1);
  await searchTimes(1_000);
  const rows: GrowthRow[] = [];
  for (const size of sizes) {
    await fillTo(size);
    rows.push(await measure(size, identity));
    printTable(rows.map((row) => ({ ...row, entries: row.entries.toLocaleString("en") })));
  }
  writeFileSync(
    join(findRepoRoot(), "bench/growth.json"),
    JSON.stringify({ day: new Date().toISOString().slice(0, 10), load, rows }, null, 2),
  );
} finally {
  await closeDatabase(db);
  await chancery.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Intake is last: at the smallest size it would add more entries than there are. */
async function measure(entries: number, identity: unknown): Promise<GrowthRow> {
  const bytes = (await databaseBytes()) - emptyBytes;
  const exported = exportAll();
  const search = await searchTimes(entries);
  const certificates = await issue(identity, issuingSeconds);
  await untilSettled(db);
  const intake = await insertWhile(
    (_inserted, began) => performance.now() - began < intakeSeconds * 1000,
  );
  await untilSettled(db);
  return {
    entries,
    "intake, entries/s": intake,
    "certificates/s": certificates,
    "search p95, ms": search,
    "export, MB/s": exported,
    "bytes an entry": bytes / entries,
    ...memory(),
  };
}

/** Inserts entries of a fleet over two connections while `goesOn`; entries a second. */
async function insertWhile(goesOn: (inserted: number, began: number) => boolean): Promise<number> {
  const began = performance.now();
  let inserted = 0;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (goesOn(inserted, began)) {
        inserted += batch;
        const some = Array.from({ length: batch }, () => encodeFleetEntry((made += 1)));
        await db.pool.query({
          ...insertEntriesStatement,
          values: insertEntriesValues(joinEntries(some)),
        });
      }
    }),
  );
  return inserted / ((performance.now() - began) / 1000);
}

async function fillTo(size: number): Promise<void> {
  for (;;) {
    const { size: now, backlog } = await readProgress(db);
    const left = size - now - backlog;
    if (left <= 0) break;
    await insertWhile((inserted) => inserted < Math.min(left, 20_000));
    while ((await readProgress(db)).backlog > 20_000) await pause(200);
  }
  await untilSettled(db);
}

/** Megabytes a second of everything as JSON Lines, downloaded to /dev/null. */
function exportAll(): number {
  const out = execFileSync(
    "curl",
    [
      "-sf",
      "-o",
      "/dev/null",
      "-w",
      "%{size_download} %{time_total}",
      "-H",
      `Authorization: Bearer ${chancery.token}`,
      `${chancery.url}/api/v1/audit/export?format=jsonl`,
    ],
    { encoding: "utf8" },
  );
  const [bytes, seconds] = out.split(" ").map(Number);
  return (bytes ?? 0) / 1e6 / (seconds ?? Number.NaN);
}

/** The 95th percentile of thirteen kinds of queries over the API, one after another. */
async function searchTimes(entries: number): Promise<number> {
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1)
    for (const { kind, query } of queryKinds) {
      const asked = Object.entries(query(round, entries)).map(([name, value]) => [
        name,
        String(value),
      ]);
      const began = performance.now();
      const answer = await fetch(
        `${chancery.url}/api/v1/audit/events?${new URLSearchParams(asked).toString()}`,
        { headers: { authorization: `Bearer ${chancery.token}` } },
      );
      if (!answer.ok) throw new Error(`${kind}: ${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
      took.push(performance.now() - began);
    }
  took.sort((left, right) => left - right);
  return took[Math.floor(took.length * 0.95)] ?? Number.NaN;
}

async function makeIdentity(): Promise<unknown> {
  const names = [{ type: "dns", value: "growth.example.com" }];
  const owner = "benchmark@example.com";
  const { id } = await apiOf(chancery)("/identities", {
    kind: "service",
    name: "growth",
    owner,
    names,
  });
  return id;
}

/** Certificates a second over the API, 16 connections. */
async function issue(identity: unknown, seconds: number): Promise<number> {
  const bodies = Array.from({ length: warmRequests * seconds }, () =>
    JSON.stringify({ profile: "tls-server", identity, csr: makeRequest("growth.example.com") }),
  );
  const { created, seconds: took } = await postAll({
    folder,
    url: `${chancery.url}/api/v1/certificates`,
    headers: { Authorization: `Bearer ${chancery.token}` },
    status: 201,
    connections: 16,
    seconds,
    bodies,
  });
  return created / took;
}

async function databaseBytes(): Promise<number> {
  const { rows } = await db.pool.query<{ bytes: string }>(
    "select pg_database_size(current_database()) as bytes",
  );
  return Number(rows[0]?.bytes);
}

/** What each process holds, in MB; shared pages of PostgreSQL are divided among its processes. */
function memory(): Pick<
  GrowthRow,
  "gateway, MB" | "signer, MB" | "console, MB" | "PostgreSQL, MB"
> {
  const tree = treeOf(process.pid);
  const of = (name: string): number =>
    tree
      .filter(({ command }) => command.includes(name))
      .reduce((sum, { pid }) => sum + proportionalMb(pid), 0);
  return {
    "gateway, MB": of("gateway.mjs"),
    "signer, MB": of("signer.mjs"),
    "console, MB": of("console.mjs"),
    "PostgreSQL, MB": of("postgres"),
  };
}

function proportionalMb(pid: number): number {
  try {
    const kb = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
    return Number(kb ?? 0) / 1_024;
  } catch {
    return 0; // it ended while we looked
  }
}
