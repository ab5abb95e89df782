import { withParts } from "@/testing/recorder";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { setTimeout as pause } from "node:timers/promises";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { adminActor } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { openHarness, type Harness } from "@/testing/harness";
import { readEntry } from "@/testing/log/entries";
import { makeCsr } from "@/testing/ca/requests";
import { makeHeartbeat } from "@/lib/log/record/heartbeat";
import { startLogPipeline, type Pipeline } from "@/lib/log/publish/pipeline";
import { indexAll } from "@/lib/log/segments/indexer";
import { recordEntry } from "@/lib/log/record/record-entry";
import { makeSource } from "@/lib/log/record/source";
import { verifyLog } from "./verify-log";
import type { LogReport } from "./snapshot";

const entryCount = 50_000;
const partition = 20_000;
const admin = adminActor();
let harness: Harness;
const pipelines: Pipeline[] = [];
const errors: unknown[] = [];

const start = (): Pipeline => {
  const pipeline = startLogPipeline(harness.deps, { onError: (error) => errors.push(error) });
  pipelines.push(pipeline);
  return pipeline;
};
const stopAll = async (): Promise<void> => {
  await Promise.all(pipelines.splice(0).map((pipeline) => pipeline.stop()));
};
async function untilSettled(): Promise<number> {
  for (; ; await pause(20)) {
    const [row] =
      await harness.asSuper(`select h.size::int, i.upto = h.size and not exists (select from tlog.inbox) and exists (select from tlog.checkpoint c where c.size = h.size and c.published_at is not null) as done
      from tlog.head h, tlog.indexed i`);
    if (row?.["done"] === true) return Number(row["size"]);
  }
}
/**
 * Entries that change nothing, put into the inbox by the application's role as fast as SQL makes
 * them.
 */
const fill = (from: number, count: number): Promise<unknown> =>
  harness.deps.db.pool.query(
    `insert into tlog.inbox (entry, entry_id) select convert_to('{"action":"certificate.read","actor":{"id":"usr_1","kind":"user","label":"operator@example.com"},"correlationId":"req_1","credential":null,"decision":null,"details":{"method":"GET","path":"/certificates/' || i
  || '"},"id":"ent_many' || i || '","nonce":"' || md5(i::text) || '","origin":{"ip":"192.0.2.7","port":null,"userAgent":null,"via":[]},"outcome":"success","reason":null,"requestId":"req_1","src":{"boot":"QUJDREVGR0hJ","id":"host/filled","seq":' || i + 1 || '},"target":{"id":"crt_' || i || '","kind":"certificate","label":"x"},"ts":"' || to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '","v":1}', 'UTF8'), 'ent_many' || i
  from generate_series($1::int, $2::int) i`,
    [from, from + count - 1],
  );
const problemsOf = ({ checks }: LogReport): string[] =>
  checks.flatMap(({ name, problems }) => problems.map((words) => `${name}: ${words}`));

/** The function that makes partitions, as the migrations made it. */
let wide: string;
beforeAll(async () => {
  harness = await openHarness({ sequencer: false, connections: 30 });
  // The same partitions, only smaller, so that the log passes from one to the next.
  const [made] = await harness.asSuper(
    "select pg_get_functiondef('tlog.ensure_partition'::regproc) as text",
  );
  wide = String(made?.["text"]);
  await harness.asSuper(wide.replace("10000000", String(partition)));
  await harness.asSuper("drop table tlog.entry_p000000");
  await harness.asSuper("select tlog.ensure_partition(0)");
});
afterAll(async () => {
  await stopAll();
  await harness.close();
});

describe("a healthy log raises no false alarm", () => {
  test(
    "over restarts, changes of the leader and changes of the partition",
    { timeout: 300_000 },
    async () => {
      for (let part = 0; part < 5; part++) {
        start();
        // Another takes over in the middle of the work.
        const second = start();
        const filling = fill((part * entryCount) / 5, entryCount / 5);
        await pause(50);
        await pipelines[0]?.stop();
        await filling;
        await untilSettled();
        await second.stop();
        pipelines.length = 0;
      }
      const [parts] = await harness.asSuper(
        "select count(distinct tableoid)::int as n from tlog.entry",
      );
      expect(parts?.["n"]).toBe(3);
      await harness.asSuper(wide);
      let turns = 0;
      let verifying = true;
      const watch = (): void => {
        turns++;
        if (verifying) setImmediate(watch);
      };
      watch();
      const seen: number[] = [];
      const report = await verifyLog(harness.deps, { onProgress: (done) => seen.push(done) });
      verifying = false;
      expect(problemsOf(report)).toEqual([]);
      expect(report).toMatchObject({ ok: true, level: "signed" });
      expect(report.size).toBeGreaterThanOrEqual(entryCount);
      expect(report.checkpointSize).toBe(report.size);
      expect(seen.at(-1)).toBeGreaterThanOrEqual(entryCount);
      // Others had their turn all along: how long a turn was is the machine's business, that there
      // were thousands is ours.
      expect(turns).toBeGreaterThan(200);
      expect(errors).toEqual([]);
    },
  );

  test("a verification that its signal aborts throws the reason", async () => {
    const stopping = new AbortController();
    stopping.abort(new Error("the gateway closes"));
    await expect(verifyLog(harness.deps, { signal: stopping.signal })).rejects.toThrow(
      "the gateway closes",
    );
  });
});

describe("a small log", () => {
  beforeAll(async () => {
    await stopAll();
    await harness.close();
    harness = await createTestCa({ connections: 30 });
  });

  test("verifying a growing log raises no alarm while actions, reads and heartbeats are recorded", async () => {
    const source = makeSource("host/gateway", harness.deps.random.bytes);
    const deps = withParts(harness.deps, { source });
    const heart = makeHeartbeat(deps.recorder);
    start();
    let busy = true;
    const act = async (): Promise<void> => {
      while (busy) {
        const identity = await createTestIdentity(
          deps,
          `grows-${source.lastNumber()}-${performance.now()}`,
        );
        await recordEntry(deps.recorder, admin, readEntry(`/identities/${identity}`));
        await heart.sendLast();
      }
    };
    const acting = Promise.all([act(), act(), act()]);
    const found: string[][] = [];
    for (let n = 0; n < 5; n++) found.push(problemsOf(await verifyLog(deps)));
    busy = false;
    await acting;
    expect(found.flat()).toEqual([]);
    await untilSettled();
    await stopAll();
    const report = await verifyLog(deps);
    expect(problemsOf(report)).toEqual([]);
    expect(report.checks.find(({ name }) => name === "sources")?.checked).toBeGreaterThan(10);
  });

  test("verifying a log raises no alarm while the search index is rebuilt", async () => {
    await harness.deps.db.pool.query("select tlog.rebuild_search()");
    const [report] = await Promise.all([
      verifyLog(harness.deps),
      (async () => {
        for (let n = 0; n < 5; n++) await indexAll(harness.deps.db);
      })(),
    ]);
    expect(problemsOf(report)).toEqual([]);
  });
  test("with certificates verifies, and is compared with what the signer remembers, whatever that is", async () => {
    const { deps } = harness;
    const identity = await createTestIdentity(deps);
    const { id } = (
      await issueCertificate(deps, admin, {
        profile: "tls-server",
        identity,
        csr: await makeCsr(),
      })
    ).result;
    await revokeCertificate(deps, admin, id, { reason: "superseded" });
    start();
    await untilSettled();
    await stopAll();
    const report = await verifyLog(deps);
    const [note = ""] = await deps.signer.rememberedAll();
    expect(problemsOf(report)).toEqual([]);
    expect(report.checks.find(({ name }) => name === "state")?.checked).toBeGreaterThan(15);
    const withMemory = async (rememberedAll: () => Promise<string[]>) =>
      problemsOf(await verifyLog({ db: deps.db, signer: { rememberedAll } }));
    expect(await withMemory(async () => [note])).toEqual([]);
    expect(await withMemory(async () => [])).toEqual([]);
    expect(await withMemory(() => Promise.reject(new Error("the disk is gone")))).toEqual([
      expect.stringMatching(/^remembered: .*the disk is gone/),
    ]);
    // As after the loss of a whole database, or with the files of another Chancery.
    expect(
      await withMemory(async () => [note, note.replaceAll(/\/log\/[0-9a-f]{8}/g, "/log/00000000")]),
    ).toEqual([expect.stringMatching(/^remembered: .*has no log with that name/)]);
    const larger = note.replace(/\n\d+\n/, "\n999999\n");
    expect((await withMemory(async () => [larger])).join("\n")).toMatch(
      /remembered: The signer remembers \S+ with 999999 entries, but the database holds \d+/,
    );
  });
});
