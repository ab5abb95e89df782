import { makeRecorder } from "@/lib/log/record/recorder";
import { makeSource } from "@/lib/log/record/source";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { makeAlertReader } from "@/lib/alerts/alert-reader";
import { startLogPipeline } from "@/lib/log/publish/pipeline";
import { recordEntry } from "@/lib/log/record/record-entry";
import { passwordCost, world } from "@/lib/runtime/get-deps";
import { makeHashQueue } from "@/lib/runtime/hash-queue";
import { makeKeyQueue } from "@/lib/runtime/key-queue";
import { startAlerts } from "@/server/jobs/alerts";
import { makeSigner } from "@/server/signer/make-signer";
import { makeVictims, plantedAttacks } from "@/testing/alerts/attacks";
import {
  type Act,
  actorOf,
  day,
  healthyTraffic,
  makeFleet,
  makeRandom,
  type Member,
} from "@/testing/alerts/fleet";
import { allowed } from "@/testing/alerts/requests";
import { seedFleet } from "@/testing/alerts/seed-fleet";
import { openBenchDatabase, sayProblems } from "./_database";
import { printTable } from "./_tools";

// A thousand identities at work for five weeks: every request recorded as the gateways do it,
// numbered, indexed and published, and read by the rules in
// the same process. Healthy traffic must raise no alert and lose no entry; then every planted
// attack must be caught, and how long that takes is measured. With far
// fewer entries some rules have not learned enough to catch theirs.
// With --untimed, as in the tests, only what was recorded and raised counts: how long it takes
// depends on what else the machine does.
const limitMs = process.argv.includes("--untimed") ? Infinity : 2_000;
const count = Number(process.env.BENCH_ENTRIES ?? 200_000),
  rate = Number(process.env.BENCH_RATE ?? 1_000),
  identities = 1_000,
  days = 35,
  begin = Date.UTC(2026, 8, 1),
  end = begin + days * day;
const random = makeRandom(2_026),
  fleet = makeFleet(random, identities),
  victims = makeVictims(end);
const dormant: Member = {
  ...(fleet[0] as Member),
  id: "idn_dormant",
  name: "forgotten",
  successor: null,
  credential: {
    certificateId: "crt_dormant",
    serial: "4".repeat(32),
    fingerprintSha256: "d".repeat(64),
  },
};

const { db, signerDb, superuser, folder, close } = await openBenchDatabase({
  durable: true,
  connections: 20,
});
let time = begin - 70 * day;
const own = {
  db,
  ...world,
  passwordCost,
  hashQueue: makeHashQueue(),
  keyQueue: makeKeyQueue(),
  sessionIdleMs: 30 * 60_000,
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
const source = makeSource("benchmark", world.random.bytes);
const clock = { now: () => new Date(time) };
/** Five weeks pass in minutes here, so requests at the same time are dated minutes apart. */
const judgesTheClock = "clock-off";
const deps = { ...own, clock, recorder: makeRecorder({ ...own, clock, source }) };
const ask = async <T>(sql: string, values: readonly unknown[] = []): Promise<T[]> =>
  (await superuser.pool.query(sql, [...values])).rows as T[];
const failures: string[] = [],
  rows: { what: string; value: string }[] = [];
const say = (what: string, value: string): void => {
  rows.push({ what, value });
};
const log = {
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
  fatal() {},
} as unknown as Parameters<typeof startAlerts>[1];

/**
 * When the entry of each number was committed, as far as this process knows it: nothing else writes
 * while traffic is played.
 */
const committed: number[] = [];
const lags: number[] = [],
  numbering: number[] = [];
async function watchLag(base: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const [row] = await ask<{ upto: string; size: string }>(
        "select c.upto, h.size from custody.cursor c, tlog.head h",
      ),
      now = performance.now();
    const behind = (reached: string | undefined): number =>
      now - (committed[Number(reached ?? 0) - base] ?? now);
    lags.push(behind(row?.upto));
    numbering.push(behind(row?.size));
    if (process.env.BENCH_TRACE !== undefined && behind(row?.upto) > 700)
      process.stdout.write(
        `${(now / 1_000).toFixed(1)} s: rules ${behind(row?.upto).toFixed(0)} ms, numbers ${behind(row?.size).toFixed(0)} ms\n`,
      );
    await pause(25);
  }
}

async function play(acts: readonly Act[], perSecond: number): Promise<void> {
  const started = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      for (let n = next++; n < acts.length; n = next++) {
        const due = started + (n / perSecond) * 1_000 - performance.now();
        if (due > 1) await pause(due);
        const { at, actor, entry } = acts[n] as Act;
        time = at;
        await recordEntry(deps.recorder, actor, entry);
        committed.push(performance.now());
      }
    }),
  );
}

async function settle(): Promise<void> {
  for (; ; await pause(10)) {
    const [row] = await ask<{ done: boolean }>(
      "select c.upto = h.size and not exists (select from tlog.inbox) as done from custody.cursor c, tlog.head h",
    );
    if (row?.done === true) return;
  }
}

const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
const spread = (all: readonly number[]): string => {
  const sorted = [...all].sort((a, b) => a - b);
  return `p50 ${percentile(sorted, 0.5).toFixed(0)} ms, p99 ${percentile(sorted, 0.99).toFixed(0)} ms, longest ${percentile(sorted, 1).toFixed(0)} ms`;
};

async function playHealthy(): Promise<Act[]> {
  const acts = healthyTraffic(random, fleet, { begin, days, count }),
    [head] = await ask<{ size: string }>("select size from tlog.head"),
    base = Number(head?.size ?? 0);
  const stopping = new AbortController(),
    watching = watchLag(base, stopping.signal),
    started = performance.now();
  committed.length = 0;
  await play(acts, rate);
  const took = (performance.now() - started) / 1_000;
  await settle();
  stopping.abort();
  await watching;
  const [kept] = await ask<{ entries: number; tallied: number; alerts: number }>(
    "select (select count(*)::int from tlog.entry where seq >= $1) - (select count(*)::int from alert where rule = $2) as entries, (select sum(count)::int from custody.tally) as tallied, (select count(*)::int from alert where rule <> $2) as alerts",
    [base, judgesTheClock],
  );
  say(
    "healthy requests recorded",
    `${acts.length} of ${identities} identities over ${days} days, at ${Math.round(acts.length / took)}/s (asked for ${rate}/s)`,
  );
  say(
    "entries in the log · counted by the rules",
    `${kept?.entries ?? 0} · ${(kept?.tallied ?? 0) - 1}`,
  );
  say("lag of the rules behind the commit", spread(lags));
  say("… of which they waited for numbers", spread(numbering));
  say("alerts on healthy traffic", String(kept?.alerts ?? -1));
  if (kept?.entries !== acts.length || kept.tallied - 1 !== acts.length)
    failures.push(`entries: ${JSON.stringify(kept)} for ${acts.length} requests`);
  if (kept?.alerts !== 0)
    failures.push(
      ...(
        await ask<{ rule: string; summary: string; surprise: string; baseline: string }>(
          "select rule, summary, why ->> 'baseline' as baseline from alert join alert_figures on alert_id = id where rule <> $1 limit 20",
          [judgesTheClock],
        )
      ).map(({ rule, summary, baseline }) => `false alarm: ${rule}: ${summary} (${baseline})`),
    );
  if (Math.max(...lags) >= limitMs) failures.push("the rules lagged by two seconds");
  return acts;
}

/** The rules alone, over the same entries in a database without what they derived. */
async function readAgain(): Promise<void> {
  await ask(
    "truncate custody.use, custody.tally, custody.issued, custody.active_hour, custody.moments",
  );
  await ask("update custody.cursor set upto = 0");
  // What the play has left behind is cleared away first, or clearing it would be taken for the
  // rules'.
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const delay = monitorEventLoopDelay({ resolution: 1 }),
    reader = makeAlertReader(deps, () => performance.now()),
    started = performance.now(),
    before = process.cpuUsage();
  let read = 0;
  delay.enable();
  for (let batch = 1; batch > 0;) {
    ({ read: batch } = await reader.readNext());
    read += batch;
  }
  delay.disable();
  const took = (performance.now() - started) / 1_000,
    { user, system } = process.cpuUsage(before);
  say(
    "the rules alone, over all of it",
    `${Math.round(read / took)} entries/s; ${((user + system) / read).toFixed(0)} µs of this process for each`,
  );
  say(
    "they hold the event loop",
    `at most ${(delay.max / 1e6).toFixed(1)} ms, p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`,
  );
}

async function plant(): Promise<void> {
  const took: number[] = [];
  let caught = 0;
  const attacks = plantedAttacks(fleet, victims, dormant, end);
  for (const { name, rule, subject, acts } of attacks) {
    for (const { at, actor, entry } of acts) {
      time = at;
      await recordEntry(deps.recorder, actor, entry);
    }
    const recorded = performance.now();
    let found = false;
    while (!found && performance.now() - recorded < 5_000) {
      found =
        (await ask("select from alert where rule = $1 and subject_id = $2", [rule, subject]))
          .length > 0;
      if (!found) await pause(3);
    }
    if (found) caught += 1;
    else failures.push(`not caught: ${name} (${rule})`);
    took.push(performance.now() - recorded);
  }
  const [others] = await ask<{ n: number }>(
    "select count(*)::int as n from alert where not (rule || ' ' || subject_id = any($1))",
    [attacks.map(({ rule, subject }) => `${rule} ${subject}`)],
  );
  say(
    "planted attacks caught by their rule",
    `${caught} of ${attacks.length}; ${others?.n ?? 0} further alerts about the same attacks`,
  );
  say("from act to alert", spread(took));
  if (Math.max(...took) >= limitMs) failures.push("an alert took two seconds");
}

try {
  await seedFleet(
    (sql, values = []) => superuser.pool.query(sql, [...values]),
    [...fleet, dormant],
    Object.values(victims),
    { begin, end },
  );
  const pipeline = startLogPipeline(deps),
    alerts = startAlerts(deps, log);
  alerts.lead(true);
  await recordEntry(deps.recorder, actorOf(dormant, "10.77.1.9"), allowed());
  await settle();
  await playHealthy();
  await plant();
  alerts.lead(false);
  await alerts.stop();
  await pipeline.stop();
  await readAgain();
  printTable(rows);
  sayProblems(failures);
} finally {
  await close();
}
