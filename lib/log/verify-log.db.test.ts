import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { setTimeout as pause } from "node:timers/promises";
import { issueCertificate } from "@/lib/certificates/issue-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import {
  makeTestHouse,
  makeTestIdentity,
  testActor,
  type TestHouse,
} from "@/server/signer/testing/make-test-house";
import { makeCsr } from "@/server/signer/testing/requests";
import { makeHeart } from "./heartbeat";
import { startLogPipeline, type Pipeline } from "./publish/pipeline";
import { recordEntry } from "./record";
import { makeSource } from "./source";
import { readEntry } from "./testdata/log-database";
import { type LogReport, verifyLog } from "./verify-log";

const MANY = 50_000,
  PARTITION = 20_000,
  admin = testActor();
let house: TestHouse;
const pipelines: Pipeline[] = [],
  errors: unknown[] = [];

const start = (): Pipeline => {
  const pipeline = startLogPipeline(house.deps, { onError: (error) => errors.push(error) });
  pipelines.push(pipeline);
  return pipeline;
};
const stopAll = async (): Promise<void> => {
  await Promise.all(pipelines.splice(0).map((pipeline) => pipeline.stop()));
};
async function untilSettled(): Promise<number> {
  for (; ; await pause(20)) {
    const [row] =
      await house.asSuper(`select h.size::int, i.upto = h.size and not exists (select from tlog.inbox) and exists (select from tlog.checkpoint c where c.size = h.size and c.published_at is not null) as done
      from tlog.head h, tlog.indexed i`);
    if (row?.["done"] === true) return Number(row["size"]);
  }
}
/** Entries that change nothing, put into the inbox by the application's role as fast as SQL makes them. */
const fill = (from: number, count: number): Promise<unknown> =>
  house.deps.db.pool.query(
    `insert into tlog.inbox (entry, entry_id) select convert_to('{"action":"certificate.read","actor":{"id":"usr_1","kind":"user","label":"operator@example.com"},"credential":null,"details":{"method":"GET","path":"/certificates/' || i
  || '"},"id":"ent_many' || i || '","nonce":"' || md5(i::text) || '","origin":{"ip":"192.0.2.7","port":null,"userAgent":null,"via":[]},"outcome":"success","target":{"id":"crt_' || i || '","kind":"certificate","label":"x"},"ts":"2026-11-23T10:00:00.000000Z","v":1}', 'UTF8'), 'ent_many' || i
  from generate_series($1::int, $2::int) i`,
    [from, from + count - 1],
  );
const problemsOf = ({ checks }: LogReport): string[] =>
  checks.flatMap(({ name, problems }) => problems.map((words) => `${name}: ${words}`));

beforeAll(async () => {
  house = await makeTestHouse({ setUp: false, connections: 30 });
  // The same partitions, only smaller, so that the log passes from one to the next.
  const [made] = await house.asSuper(
    "select pg_get_functiondef('tlog.ensure_partition'::regproc) as text",
  );
  await house.asSuper(String(made?.["text"]).replace("10000000", String(PARTITION)));
  await house.asSuper("drop table tlog.entry_p000000");
  await house.asSuper("select tlog.ensure_partition(0)");
});
afterAll(async () => {
  await stopAll();
  await house.close();
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
        const filling = fill((part * MANY) / 5, MANY / 5);
        await pause(50);
        await pipelines[0]?.stop();
        await filling;
        await untilSettled();
        await second.stop();
        pipelines.length = 0;
      }
      const [parts] = await house.asSuper(
        "select count(distinct tableoid)::int as n from tlog.entry",
      );
      expect(parts?.["n"]).toBe(3);
      let turns = 0,
        verifying = true;
      const watch = (): void => {
        turns++;
        if (verifying) setImmediate(watch);
      };
      watch();
      const seen: number[] = [],
        report = await verifyLog(house.deps, { onProgress: (done) => seen.push(done) });
      verifying = false;
      expect(problemsOf(report)).toEqual([]);
      expect(report).toMatchObject({ ok: true, level: "signed" });
      expect(report.size).toBeGreaterThanOrEqual(MANY);
      expect(report.checkpointSize).toBe(report.size);
      expect(seen.at(-1)).toBeGreaterThanOrEqual(MANY);
      // Others had their turn all along: how long a turn was is the machine's business, that there were thousands is ours.
      expect(turns).toBeGreaterThan(200);
      expect(errors).toEqual([]);
    },
  );

  test("is ended by its signal, and says so", async () => {
    const stopping = new AbortController();
    stopping.abort(new Error("the door closes"));
    await expect(verifyLog(house.deps, { signal: stopping.signal })).rejects.toThrow(
      "the door closes",
    );
  });
});

describe("a small house", () => {
  beforeAll(async () => {
    await stopAll();
    await house.close();
    house = await makeTestHouse({ connections: 30 });
  });

  test("raises no alarm while it grows, and acts, reads and heartbeats come in", async () => {
    const source = makeSource("host/door", house.deps.random.bytes),
      deps = { ...house.deps, source },
      heart = makeHeart(deps);
    start();
    let busy = true;
    const act = async (): Promise<void> => {
      while (busy) {
        const identity = await makeTestIdentity(
          deps,
          `grows-${source.last()}-${performance.now()}`,
        );
        await recordEntry(deps, admin, readEntry(`/identities/${identity}`));
        await heart.end();
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

  test("raises none while the index is being made anew", async () => {
    await house.deps.db.pool.query("select tlog.rebuild_search()");
    const [report] = await Promise.all([
      verifyLog(house.deps),
      (async () => {
        for (let n = 0; n < 20; n++) await house.deps.db.pool.query("select tlog.index_batch(10)");
      })(),
    ]);
    expect(problemsOf(report)).toEqual([]);
  });
  test("with certificates verifies, and is compared with what the signer remembers, whatever that is", async () => {
    const { deps } = house,
      identity = await makeTestIdentity(deps),
      { id } = await issueCertificate(deps, admin, {
        profile: "tls-server",
        identity,
        csr: await makeCsr(),
      });
    await revokeCertificate(deps, admin, id, { reason: "superseded" });
    start();
    await untilSettled();
    await stopAll();
    const report = await verifyLog(deps),
      [note = ""] = await deps.signer.rememberedAll();
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
    ).toEqual([expect.stringMatching(/^remembered: .*knows no log of that name/)]);
    const larger = note.replace(/\n\d+\n/, "\n999999\n");
    expect((await withMemory(async () => [larger])).join("\n")).toMatch(
      /remembered: The signer remembers \S+ with 999999 entries, and the database holds \d+/,
    );
  });
});
