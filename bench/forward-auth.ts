import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { readRunFile } from "@/lib/runtime/run-file";
import { apiOf, startChancery } from "./_chancery";
import { frontConfig, setUpForwardAuth, startNginx, upstreamConfig } from "./_forward-auth";
import { report } from "./_results";
import { has, printTable, type Rate, wrk } from "./_tools";

// Debian's nginx in front of another nginx as the service, with and without auth_request to a whole
// Chancery, under wrk: what asking costs, and
// whether each request that reached the service is recorded. wrk shows no client certificate,
// so nginx passes the same one for all.
const missing = ["wrk", "nginx", "openssl"].filter((program) => !has(program));
if (missing.length > 0)
  throw new Error(
    `This benchmark needs ${missing.join(", ")} (apt-get install ${missing.join(" ")}).`,
  );

const folder = mkdtempSync(join(tmpdir(), "chancery-bench-forward-")),
  file = (name: string) => join(folder, name);
const seconds = Number(process.env["BENCH_SECONDS"] ?? 8);

type Counted = Readonly<{
  reached: number;
  distinct: number;
  onRecord: number;
  allowed: number;
  takenBack: number;
}>;

/** Requests that reached the service, compared with the entries that allowed them. */
async function count(dataFolder: string): Promise<Counted> {
  await pause(500);
  const reached = readFileSync(file("reached.log"), "utf8")
      .split("\n")
      .filter((line) => line !== ""),
    db = openDatabase(readRunFile(dataFolder)?.databaseUrl ?? "", { max: 1 });
  try {
    for (let left = 600; left > 0; left--) {
      const { rows } = await db.pool.query<{ waiting: string }>(
        "select tlog.inbox_backlog() as waiting",
      );
      if (Number(rows[0]?.waiting) === 0) break;
      await pause(100);
    }
    const { rows } = await db.pool.query<{ id: string; action: string; request: string }>(
      "select j ->> 'id' as id, j ->> 'action' as action, j ->> 'requestId' as request from (select convert_from(entry, 'UTF8')::jsonb as j from tlog.entry) as e where j ->> 'action' in ('request.authorized', 'request.denied')",
    );
    const yes = rows.filter(({ action }) => action === "request.authorized"),
      allowed = new Set(yes.map(({ id }) => id)),
      denied = new Set(
        rows.filter(({ action }) => action === "request.denied").map(({ request }) => request),
      );
    return {
      reached: reached.length,
      distinct: new Set(reached).size,
      onRecord: reached.filter((id) => allowed.has(id)).length,
      allowed: allowed.size,
      takenBack: yes.filter(({ request }) => denied.has(request)).length,
    };
  } finally {
    await closeDatabase(db);
  }
}

const chancery = await startChancery();
try {
  await setUpForwardAuth(folder, chancery.url, apiOf(chancery));
  chmodSync(folder, 0o755);
  const upstream = await startNginx(folder, "upstream", upstreamConfig(folder)),
    front = await startNginx(
      folder,
      "front",
      frontConfig(folder, chancery.mtlsPort, upstream.port),
    );
  try {
    let first = await fetch(`${front.url}/v1/payments/7`);
    for (let left = 20; first.status !== 200 && left > 0; left--)
      first = await pause(200).then(() => fetch(`${front.url}/v1/payments/7`));
    if (first.status !== 200)
      throw new Error(
        `forward auth answered ${first.status}: ${readFileSync(file("front.error.log"), "utf8")}`,
      );
    const rows: Record<string, string | number>[] = [],
      guarded = `${front.url}/v1/payments/7?x=1`,
      plain = `${front.url}/plain/v1/payments/7?x=1`;
    await wrk(folder, { url: guarded, connections: 32, seconds: 4 });
    for (const connections of (process.env["BENCH_CONNECTIONS"] ?? "1,16,64")
      .split(",")
      .map(Number)) {
      const without = await wrk(folder, { url: plain, connections, seconds }),
        asked = await wrk(folder, { url: guarded, connections, seconds });
      const add = (what: string, rate: Rate) =>
        rows.push({
          what,
          connections: String(connections),
          "requests/s": rate.perSecond,
          p50: rate.p50 ?? "",
          p99: rate.p99,
          errors: String(rate.errors),
          "of nginx alone": rate.perSecond / without.perSecond,
        });
      add("nginx alone", without);
      add("with forward auth", asked);
      if (connections > 1)
        report({
          measure: `Forward auth through nginx, ${connections} connections`,
          value: asked.perSecond,
          unit: "requests/s",
          limit: without.perSecond,
          limitIs: "nginx alone",
          note: `p50 ${asked.p50}, p99 ${asked.p99}, errors ${asked.errors}`,
        });
    }
    printTable(rows);
    const counted = await count(chancery.dataFolder),
      exact =
        counted.reached === counted.distinct &&
        counted.distinct === counted.onRecord &&
        counted.allowed - counted.takenBack === counted.distinct;
    process.stdout.write(
      `${JSON.stringify(counted)}\n${exact ? "Each request that reached the service has exactly one entry, and there is no other." : "THE COUNTS DIFFER."}\n`,
    );
    if (!exact) process.exitCode = 1;
  } finally {
    await front.stop();
    await upstream.stop();
  }
} finally {
  await chancery.stop();
  rmSync(folder, { recursive: true, force: true });
}
