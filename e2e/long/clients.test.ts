import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEvents } from "@/clients/typescript/chancery-events";
import { createTestService, type TestService } from "@/e2e/support/client";
import { saveTempFile } from "@/e2e/support/openssl";
import { adminApi, startReady, until } from "@/e2e/system/harness";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { readRunFile } from "@/lib/runtime/run-file";
import { treeOf } from "@/testing/supervise/process-tree";
import {
  type ChanceryPlace,
  makePlace,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";

// The shipped clients against a whole Chancery whose gateway is killed while they report.
let place: ChanceryPlace;
let chancery: ThrowawayChancery;
let service: TestService;
let database: pg.Client;
const folder = mkdtempSync(join(tmpdir(), "chancery-clients-"));

beforeAll(async () => {
  place = await makePlace();
  chancery = await startReady(place, join(findRepoRoot(), ".cache/long-clients.log"));
  service = await createTestService(await adminApi(chancery), "reporting");
  database = new pg.Client({ connectionString: readRunFile(place.dataFolder)?.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await chancery?.stop();
  rmSync(place.dataFolder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

/** The environment that both clients read. */
const environment = async (events: string): Promise<Record<string, string>> => ({
  PATH: process.env["PATH"] ?? "",
  CHANCERY_URL: chancery.mtlsUrl,
  CHANCERY_CERT: saveTempFile(service.cert),
  CHANCERY_KEY: saveTempFile(service.key),
  CHANCERY_CA: saveTempFile(await (await fetch(`${chancery.httpUrl}/ca/root.pem`)).text()),
  CHANCERY_EVENTS: events,
});

/** At most so often: a slow machine may need longer than that to be ready, and would never go on. */
const mostKills = 10;

async function killGatewayWhile(running: Promise<unknown>, everyMs: number): Promise<number> {
  let over = false;
  let kills = 0;
  void running.finally(() => {
    over = true;
  });
  for (await pause(everyMs); !over && kills < mostKills; await pause(everyMs)) {
    const gateway = treeOf(chancery.pid).find(({ command }) => /dist\/gateway\.mjs/.test(command));
    if (gateway === undefined) continue;
    process.kill(gateway.pid, "SIGKILL");
    kills += 1;
  }
  await running;
  return kills;
}

/** How often each number of an event named so was stored. */
async function storedNumbers(name: string): Promise<Map<number, number>> {
  const { rows } = await database.query<{ n: number; times: number }>(
    `select (e #>> '{details,data,n}')::int as n, count(*)::int as times
     from (select convert_from(entry, 'UTF8')::jsonb as e from tlog.entry) as log
     where e ->> 'action' = 'event.reported' and e #>> '{details,name}' = $1 group by 1`,
    [name],
  );
  return new Map(rows.map(({ n, times }) => [n, times]));
}
const onceEach = (count: number) =>
  new Map(Array.from({ length: count }, (_none, n) => [n, 1] as const));

test("the shell client stores each of 300 events once, although the gateway is killed again and again", async () => {
  const count = 300;
  const events = join(folder, "shell");
  mkdirSync(events);
  const env = await environment(events);
  const script = join(findRepoRoot(), "clients/shell/chancery-event");
  const report = async (n: number): Promise<void> => {
    const child = spawn("sh", [script, "order.paid", "--data", JSON.stringify({ n })], {
      env: env as unknown as NodeJS.ProcessEnv,
      stdio: "ignore",
    });
    await new Promise((done) => child.once("close", done));
  };
  const all = (async () => {
    for (let n = 0; n < count; n += 10)
      await Promise.all(Array.from({ length: 10 }, (_none, more) => report(n + more)));
  })();
  expect(await killGatewayWhile(all, 4_000)).toBeGreaterThan(1);
  // What could not be sent waits in the folder and goes with the next event.
  await until(async () => {
    await report(count);
    return (await storedNumbers("order.paid")).size > count;
  });
  const stored = await storedNumbers("order.paid");
  stored.delete(count);
  expect(new Map([...stored].sort(([a], [b]) => a - b))).toEqual(onceEach(count));
});

test("the TypeScript client stores each of 20,000 events once, although the gateway is killed again and again", async () => {
  const count = 20_000;
  const { CHANCERY_URL: url = "", CHANCERY_CA: ca = "" } = await environment(folder);
  const events = openEvents({
    url,
    cert: service.cert,
    key: service.key,
    ca: readFileSync(ca),
    spool: join(folder, "typescript.jsonl"),
    longestPauseMs: 500,
  });
  const all = (async () => {
    for (let n = 0; n < count; n += 1) {
      events.report({ name: "order.shipped", data: { n } });
      if (n % 20 === 0) await pause(20);
    }
  })();
  expect(await killGatewayWhile(all, 4_000)).toBeGreaterThan(1);
  await events.close({ withinMs: 120_000 });
  await until(async () => (await storedNumbers("order.shipped")).size >= count);
  const stored = await storedNumbers("order.shipped");
  expect(new Map([...stored].sort(([a], [b]) => a - b))).toEqual(onceEach(count));
});
