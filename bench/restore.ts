import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { systemActor } from "@/lib/access/actor";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { formatBytes } from "@/lib/format/count";
import { newId } from "@/lib/format/ids";
import { startLogPipeline } from "@/lib/log/publish/pipeline";
import { makeRecorder } from "@/lib/log/record/recorder";
import { makeSource } from "@/lib/log/record/source";
import { world } from "@/lib/runtime/get-deps";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { backUp } from "@/server/backup/back-up";
import { restoreBackup } from "@/server/backup/restore";
import { makeFolderSink } from "@/server/backup/sinks";
import { makeSigner } from "@/server/signer/make-signer";
import { migrate } from "@/server/supervise/migrate";
import { appRole, ensureDatabase, setUpRoles } from "@/server/supervise/postgres/roles";
import { startPostgres } from "@/server/supervise/postgres/start-server";
import { printTable } from "./_tools";

// A backup of a log of a million entries, and its restore with everything that it checks, compared
// with copying the files of the stopped server.
const total = Number(process.env.BENCH_ENTRIES ?? 1_000_000),
  root = findRepoRoot(),
  place = mkdtempSync(join(tmpdir(), "chancery-bench-restore-")),
  cluster = join(place, "pg"),
  witness = join(place, "witness"),
  backup = join(place, "backup"),
  kek = randomBytes(32);
try {
  const server = await startPostgres({ root, folder: cluster, durable: true, print: () => {} });
  const urls = await setUpRoles(server);
  await ensureDatabase(server, "chancery");
  const { appUrl, ownerUrl, signerUrl, backupUrl } = urls("chancery");
  await migrate(root, ownerUrl, appRole);
  await grow(appUrl, signerUrl);
  const [backUpSeconds] = await timed(() =>
    backUp(
      { databaseUrl: backupUrl, signerFolder: witness, keys: "sealed", now: new Date() },
      makeFolderSink(backup),
    ),
  );
  await server.stop();
  const [copySeconds] = await timed(async () => {
    execFileSync("cp", ["-a", cluster, join(place, "copy")]);
    execFileSync("sync", ["-f", join(place, "copy")]);
  });
  const steps: [string, number][] = [];
  const [restoreSeconds] = await timed(() => restore(steps));
  report(backUpSeconds, copySeconds, restoreSeconds, steps);
} finally {
  rmSync(place, { recursive: true, force: true });
}

async function timed<T>(work: () => Promise<T>): Promise<[seconds: number, result: T]> {
  const began = performance.now();
  const result = await work();
  return [(performance.now() - began) / 1_000, result];
}

/** A log with so many entries, signed, published and indexed. */
async function grow(appUrl: string, signerUrl: string): Promise<void> {
  const db = openDatabase(appUrl, { max: 10 }),
    signerDb = openDatabase(signerUrl, { max: 4 });
  const publicUrl = "https://bench.invalid";
  const signer = makeSigner({ ...world, db: signerDb, kek, publicUrl, witnessDir: witness });
  const source = makeSource("benchmark", world.random.bytes);
  const recorder = makeRecorder({ ...world, db, source });
  const pipeline = startLogPipeline({ db, ...world, recorder, publicUrl, signer });
  const most = 50_000;
  for (let from = 0; from < total; from += most)
    await db.pool.query(
      `insert into tlog.inbox (entry, entry_id) select convert_to('{"action":"certificate.read","actor":{"id":"usr_1","kind":"user","label":"operator@example.com"},"correlationId":"req_1","credential":null,"decision":null,"details":{"method":"GET","path":"/certificates/' || i
      || '"},"id":"ent_many' || i || '","nonce":"' || md5(i::text) || '","origin":{"ip":"192.0.2.7","port":null,"userAgent":"curl/8.1","via":["https"]},"outcome":"success","reason":null,"requestId":"req_1","src":{"boot":"inserted","id":"benchmark","seq":' || i + 1 || '},"target":{"id":"crt_' || i || '","kind":"certificate","label":"pay.example.com"},"ts":"' || to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '","v":1}', 'UTF8'), 'ent_many' || i
      from generate_series($1::int, $2::int) i`,
      [from, Math.min(from + most, total) - 1],
    );
  for (let isDone = false; !isDone; await pause(200)) {
    const { rows } = await db.pool.query<{ done: boolean }>(
      "select i.upto = h.size and tlog.inbox_newest() = 0 and exists (select from tlog.checkpoint c where c.size = h.size and c.published_at is not null) as done from tlog.head h, tlog.indexed i",
    );
    isDone = rows[0]?.done === true;
  }
  await pipeline.stop();
  await closeDatabase(db);
  await closeDatabase(signerDb);
}

/** Restores into another folder, and notes when its parts began. */
async function restore(steps: [string, number][]): Promise<void> {
  const parts = [
    ["checking every file", /^checking the files/],
    ["filling the tables", /^custody\./],
    ["making indexes and foreign keys", /^indexes/],
    ["verifying the whole log", /^migrations/],
  ] as const;
  await restoreBackup({
    ...world,
    root,
    folder: backup,
    dataFolder: join(place, "restored"),
    settings: { CHANCERY_KEK: kek.toString("base64") },
    withProblems: false,
    actor: systemActor("benchmark", newId("req", new Date(), world.random.bytes)),
    onProgress: (text) => {
      const part = parts.find(([, begin]) => begin.test(text))?.[0];
      if (part !== undefined && steps.at(-1)?.[0] !== part) steps.push([part, performance.now()]);
    },
  });
  steps.push(["end", performance.now()]);
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).reduce((sum, name) => {
    const stats = statSync(join(folder, name));
    return sum + (stats.isFile() ? stats.size : 0);
  }, 0);
}

function report(
  backUpSeconds: number,
  copySeconds: number,
  restoreSeconds: number,
  steps: readonly [string, number][],
): void {
  const row = (what: string, seconds: number, bytes: number | null) => ({
    what,
    seconds: seconds.toFixed(1),
    "entries/s": Math.round(total / seconds).toLocaleString("en"),
    "ratio to the copy": (seconds / copySeconds).toFixed(1),
    size: bytes === null ? "" : formatBytes(bytes),
  });
  printTable([
    row("copying the files of the stopped server", copySeconds, sizeOf(cluster)),
    row("backup of the running one", backUpSeconds, sizeOf(backup)),
    row("restore", restoreSeconds, null),
    ...steps
      .slice(0, -1)
      .map(([what, at], index) =>
        row(`  ${what}`, ((steps[index + 1]?.[1] ?? at) - at) / 1_000, null),
      ),
  ]);
}
