import { rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, apiAt, createIdentity } from "@/e2e/support/api";
import { createCsr } from "@/e2e/support/openssl";
import { adminApi, expectVerified, harvest, startReady, until } from "@/e2e/system/harness";
import { balanceOf } from "@/e2e/system/audit-of-all";
import { expectLastGood, expectNothingMissing, untilPlansAreClosed } from "@/e2e/system/invariants";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { readRunFile } from "@/lib/runtime/run-file";
import { faultsIn } from "@/testing/log/publish/pipeline-fixture";
import { killTree, treeOf } from "@/testing/supervise/process-tree";
import {
  type ChanceryPlace,
  makePlace,
  type ThrowawayChancery,
} from "@/testing/supervise/throwaway-chancery";

// One Chancery on one data folder, killed again and again while it issues.
const rounds = 5;
const requestsARound = 200;
let place: ChanceryPlace;
let chancery: ThrowawayChancery;
let api: Api & { token: string };
let identity: string;
let csrs: readonly string[];

const start = async (): Promise<void> => {
  chancery = await startReady(place, join(findRepoRoot(), ".cache/long-kills.log"));
};
const requests = () =>
  Array.from({ length: requestsARound }, (_none, n) => ({
    profile: "tls-server",
    identity,
    csr: csrs[n % csrs.length] ?? "",
  }));

beforeAll(async () => {
  place = await makePlace();
  await start();
  api = await adminApi(chancery);
  identity = await createIdentity(api, "under load");
  const names = Array.from({ length: 20 }, (_none, n) => `load-${n}.example.com`);
  csrs = await Promise.all(names.map(async (name) => (await createCsr([name])).pem));
});
afterAll(async () => {
  await chancery?.stop();
  rmSync(place.dataFolder, { recursive: true, force: true });
});

/** Nothing of the log contradicts anything else in it, computed from the entries' bytes. */
async function expectSoundLog(): Promise<void> {
  const connectionString = readRunFile(place.dataFolder)?.databaseUrl;
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const query = async (sql: string): Promise<Record<string, unknown>[]> =>
      (await client.query<Record<string, unknown>>(sql)).rows;
    // One snapshot: recovery may still publish checkpoints of entries that a first query missed.
    await query("begin transaction isolation level repeatable read, read only");
    expect(await faultsIn(query)).toEqual([]);
    await query("commit");
    expect(await query("select halted from tlog.head")).toEqual([{ halted: null }]);
    expect(await query("select generation from tlog.log")).toHaveLength(1);
  } finally {
    await client.end();
  }
}

const processOf = (pattern: RegExp): number =>
  treeOf(chancery.pid).find(({ command }) => pattern.test(command))?.pid ?? 0;
const victims: Readonly<Record<string, () => number>> = {
  signer: () => processOf(/dist\/signer\.mjs/),
  gateway: () => processOf(/dist\/gateway\.mjs/),
  console: () => processOf(/dist\/console\.mjs/),
  PostgreSQL: () => processOf(/\/bin\/postgres /),
};
const times = Array.from({ length: rounds }, (_none, n) => n + 1);

describe.each(Object.keys(victims))("kill -9 of the %s while certificates are issued", (name) => {
  test.each(times)("no certificate is lost or doubled (round %i)", async (round) => {
    const got = await harvest(api, requests(), 20, (count) => {
      const pid = count === round * 20 ? victims[name]?.() : 0;
      if (pid) process.kill(pid, "SIGKILL");
    });
    expect(got.received.length).toBeGreaterThanOrEqual(round * 20);
    await until(
      async () =>
        (await api.post("/certificates", requests()[0]).catch(() => null))?.status === 201,
    );
    await expectNothingMissing(api, place.dataFolder, got);
    await expectLastGood(api, chancery, got);
    await expectSoundLog();
  });
});

test.each(times)(
  "kill -9 of all processes while certificates are issued loses no certificate (round %i)",
  async (round) => {
    const got = await harvest(api, requests(), 20, (count) => {
      if (count === round * 20) killTree(chancery.pid);
    });
    await chancery.ended;
    expect(got.received.length).toBeGreaterThanOrEqual(round * 20);
    await start();
    api = { ...apiAt(chancery.httpUrl, api.token), token: api.token };
    await expectNothingMissing(api, place.dataFolder, got);
    await expectLastGood(api, chancery, got);
    await expectSoundLog();
  },
);

test("afterwards every plan that was left unfinished is closed, and the log is sound", async () => {
  await untilPlansAreClosed(place.dataFolder);
  expect((await balanceOf(place.dataFolder)).withoutEntries).toEqual([]);
  await expectSoundLog();
  await expectVerified(place);
});
