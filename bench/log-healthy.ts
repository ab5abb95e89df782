import { makeRecorder } from "@/lib/log/record/recorder";
import { makeSource } from "@/lib/log/record/source";
import { hash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { verifyLog } from "@/lib/log/live/verify-log";
import { startLogPipeline } from "@/lib/log/publish/pipeline";
import { world } from "@/lib/runtime/get-deps";
import { makeSigner } from "@/server/signer/make-signer";
import { openBenchDatabase, sayProblems } from "./_database";
import { printTable } from "./_tools";

// A healthy log of a million entries over restarts, changes of the leader and changes of the
// partition: verified in full, it raises no false
// alarm. How fast that is compared with bare SHA-256 over the same bytes, how long it ever holds the event
// loop, and in how much memory.
const total = Number(process.env.BENCH_ENTRIES ?? 1_000_000),
  parts = 5,
  partition = Math.ceil(total / 3);

const { db, signerDb, superuser, folder, close } = await openBenchDatabase({ connections: 10 });
const source = makeSource("benchmark", world.random.bytes);
const deps = {
  db,
  ...world,
  recorder: makeRecorder({ ...world, db, source }),
  publicUrl: "https://bench.invalid",
  signer: makeSigner({
    db: signerDb,
    kek: randomBytes(32),
    random: world.random,
    clock: world.clock,
    publicUrl: "https://bench.invalid",
    witnessDir: join(folder, "witness"),
  }),
};
const asSuper = async (sql: string) =>
  (await superuser.pool.query<Record<string, unknown>>(sql)).rows;

/** Returns what puts the function back: a verification reports one that is not as migrated. */
async function usePartitionsOf(width: number): Promise<() => Promise<void>> {
  const [made] = await asSuper(
    "select pg_get_functiondef('tlog.ensure_partition'::regproc) as text",
  );
  const text = String(made?.["text"]);
  await asSuper(text.replace("10000000", String(width)));
  await asSuper("drop table tlog.entry_p000000");
  await asSuper("select tlog.ensure_partition(0)");
  return async () => {
    await asSuper(text);
  };
}

const fill = (from: number, upto: number) =>
  db.pool.query(
    `insert into tlog.inbox (entry, entry_id) select convert_to('{"action":"certificate.read","actor":{"id":"usr_1","kind":"user","label":"operator@example.com"},"correlationId":"req_1","credential":null,"decision":null,"details":{"method":"GET","path":"/certificates/' || i
  || '"},"id":"ent_many' || i || '","nonce":"' || md5(i::text) || '","origin":{"ip":"192.0.2.7","port":null,"userAgent":"curl/8.1","via":["https"]},"outcome":"success","reason":null,"requestId":"req_1","src":{"boot":"many","id":"benchmark/many","seq":' || (i + 1) || '},"target":{"id":"crt_' || i || '","kind":"certificate","label":"pay.example.com"},"ts":"' || to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || 'Z","v":1}', 'UTF8'), 'ent_many' || i
  from generate_series($1::int, $2::int) i`,
    [from, upto],
  );

async function settle(): Promise<number> {
  for (; ; await pause(100)) {
    const [row] = await asSuper(
      `select h.size::int, i.upto = h.size and not exists (select from tlog.inbox) and exists (select from tlog.checkpoint c where c.size = h.size and c.published_at is not null) as done from tlog.head h, tlog.indexed i`,
    );
    if (row?.["done"] === true) return Number(row["size"]);
  }
}

/** Each part is begun by one leader, which goes away in the middle, and ended by another. */
async function grow(): Promise<void> {
  const most = 50_000;
  for (let part = 0; part < parts; part++) {
    const first = startLogPipeline(deps),
      second = startLogPipeline(deps),
      end = Math.round(((part + 1) * total) / parts);
    for (let from = Math.round((part * total) / parts); from < end; from += most) {
      await fill(from, Math.min(from + most, end) - 1);
      if (from === Math.round((part * total) / parts)) await first.stop();
    }
    await settle();
    await second.stop();
  }
}

/** Seconds that nothing but the hashing takes. */
async function bareHashing(): Promise<number> {
  let spent = 0;
  for (let from = 0; from < total; from += 5_000) {
    const { rows } = await db.pool.query<{ entry: Buffer }>(
        "select entry from tlog.entry where seq >= $1 and seq < $2 order by seq",
        [from, from + 5_000],
      ),
      before = process.cpuUsage();
    for (const { entry } of rows) hash("sha256", entry, "binary");
    spent += process.cpuUsage(before).user;
  }
  return spent / 1e6;
}

try {
  const putBack = await usePartitionsOf(partition);
  const growing = performance.now();
  await grow();
  await putBack();
  const grown = (performance.now() - growing) / 1_000,
    bare = await bareHashing(),
    delay = monitorEventLoopDelay({ resolution: 1 }),
    before = process.cpuUsage();
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 100);
  delay.enable();
  const report = await verifyLog(deps);
  delay.disable();
  clearInterval(watch);
  const { user, system } = process.cpuUsage(before),
    cpu = (user + system) / 1e6,
    took = report.milliseconds / 1_000;
  const problems = report.checks.flatMap(({ name, problems: words }) =>
    words.map((said) => `${name}: ${said}`),
  );
  const partitions = Number(
    (await asSuper("select count(distinct tableoid)::int as n from tlog.entry"))[0]?.["n"],
  );
  printTable(
    Object.entries({
      entries: report.size,
      partitions,
      "numbered, indexed and published in": `${grown.toFixed(0)} s`,
      "verified in full in": `${took.toFixed(1)} s, ${Math.round(report.size / took)} entries/s`,
      "processor time of that, without PostgreSQL's": `${cpu.toFixed(1)} s`,
      "bare SHA-256 over the same bytes": `${bare.toFixed(1)} s of processor time, ratio ${(bare / cpu).toFixed(3)}`,
      "longest hold of the event loop": `${(delay.max / 1e6).toFixed(1)} ms, p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`,
      "peak memory": `${Math.round(peak / 2 ** 20)} MiB`,
      level: report.level,
      "false alarms": problems.length,
    }).map(([what, value]) => ({ what, value: typeof value === "number" ? String(value) : value })),
  );
  sayProblems(problems);
} finally {
  await close();
}
