import { withParts } from "@/testing/recorder";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "@/lib/db/database";
import { auditedTransaction } from "./audited-transaction";
import { makeHeartbeat } from "./heartbeat";
import { listSources } from "./list-sources";
import { recordEntry } from "./record-entry";
import { reportGaps } from "./report-gaps";
import { makeSource, type Source } from "./source";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { identityCreated, identityRow, makeId, readEntry } from "@/testing/log/entries";
import type { NewEntry } from "@/lib/log/types";

let log: Harness;
let source: Source;
let now: number;
const clock = { now: () => new Date(now) };
const depsOf = (with_: Source) => withParts(log.deps, { clock, source: with_ });
const deps = () => depsOf(source);
const newSource = (name = "host/gateway"): Source => makeSource(name, log.deps.random.bytes);

beforeEach(async () => {
  log = await openHarness({ sequencer: false, connections: 80 });
  now = Date.parse("2026-11-23T10:00:00Z");
  source = newSource();
});
afterEach(() => log.close());

const read = (path = "/", with_ = source) =>
  recordEntry(depsOf(with_).recorder, operatorActor(), readEntry(path));
const create = (fails: (id: string) => Promise<unknown> = () => Promise.resolve()) =>
  auditedTransaction(deps().recorder, operatorActor(), async (tx) => {
    const id = makeId("idn");
    await tx.identity.create({ data: identityRow(id) });
    await fails(id);
    return { result: id, entries: [identityCreated(id), identityCreated(id, "again")] };
  });
/** A minute later, one heartbeat, and everything numbered and indexed. */
const beat = async (heart = makeHeartbeat(deps().recorder)): Promise<void> => {
  now += 600_000;
  expect(await heart.sendIfDue()).toBe(true);
  await log.sequence();
};
const beatNow = async (with_ = source) => {
  await makeHeartbeat(depsOf(with_).recorder).sendLast();
  await log.sequence();
};
const state = async (with_ = source) =>
  (await listSources(log.deps.db)).find(({ boot }) => boot === with_.boot);
const expectNoAlarm = async (): Promise<void> => {
  expect((await listSources(log.deps.db)).filter(({ missingCount }) => missingCount > 0)).toEqual(
    [],
  );
  expect(await reportGaps(deps())).toBe(0);
};

describe("a log whose sources are whole raises no alarm", () => {
  test("a log with complete sources raises no alarm over actions, reads and heartbeats", async () => {
    for (let n = 0; n < 5; n++) {
      await read(`/${n}`);
      await create();
    }
    await beatNow();
    expect(await state()).toMatchObject({
      id: "host/gateway",
      arrived: 16,
      settled: 15,
      missing: "",
      missingCount: 0,
      ended: true,
    });
    await expectNoAlarm();
  });

  test("a log with complete sources raises no alarm over a transaction that either side rolls back", async () => {
    await read();
    await expect(create(() => Promise.reject(new Error("changed my mind")))).rejects.toThrow(
      "changed my mind",
    );
    await expect(
      auditedTransaction(deps().recorder, operatorActor(), async (tx) => {
        await tx.identity.create({ data: identityRow(makeId("idn")) });
        return { result: null, entries: [identityCreated("idn_another")] };
      }),
    ).rejects.toMatchObject({ code: "record.unavailable" });
    await create();
    await beatNow();
    expect(await state()).toMatchObject({ settled: 4, missing: "" });
    await expectNoAlarm();
  });

  test("over an entry that cannot be made or written", async () => {
    const detailed = (details: object): NewEntry =>
      ({ ...readEntry("/"), details: { method: "GET", path: "/", ...details } }) as NewEntry;
    const huge = detailed(
      Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`m${n}`, "x".repeat(4_000)])),
    );
    await expect(recordEntry(deps().recorder, operatorActor(), huge)).rejects.toMatchObject({
      code: "record.too-large",
    });
    await expect(
      recordEntry(deps().recorder, operatorActor(), detailed({ status: Number.NaN })),
    ).rejects.toThrow(TypeError);
    await log.as("super", "revoke insert (entry) on tlog.inbox from chancery_app");
    await expect(read()).rejects.toMatchObject({ code: "record.unavailable" });
    await expect(create()).rejects.toMatchObject({ code: "record.unavailable" });
    await log.as("super", "grant insert (entry) on tlog.inbox to chancery_app");
    await read();
    await beatNow();
    expect(await state()).toMatchObject({ settled: 6, arrived: 2, missing: "" });
    await expectNoAlarm();
  });

  test.each([
    ["did commit", true],
    ["did not commit", false],
  ])("over a connection lost at the commit that %s", async (_, commits) => {
    const lost = Object.assign(new Error("Connection terminated unexpectedly"), {
      code: "ECONNRESET",
    });
    const query = log.deps.db.pool.query.bind(log.deps.db.pool) as (
      config: never,
    ) => Promise<unknown>;
    const pool = {
      options: log.deps.db.pool.options,
      query: async (config: never) => {
        if (commits) await query(config);
        throw lost;
      },
    };
    const cut = withParts(deps(), { db: { ...log.deps.db, pool } as unknown as Database });
    await read();
    await expect(
      recordEntry(cut.recorder, operatorActor(), readEntry("/lost")),
    ).rejects.toMatchObject({
      code: "record.unavailable",
    });
    await read();
    expect(source.listUncertain()).toMatchObject([{ seq: 2 }]);
    const heart = makeHeartbeat(deps().recorder);
    await beat(heart);
    expect(await state()).toMatchObject(
      commits ? { settled: 3, arrived: 4 } : { settled: 3, arrived: 3 },
    );
    await beat(heart);
    expect(await state()).toMatchObject({ settled: 4, missing: "" });
    await expectNoAlarm();
  });

  test("over a doubt that is young: it holds up the report, and is never guessed", async () => {
    const lost = Object.assign(new Error("Connection terminated unexpectedly"), {
      code: "ECONNRESET",
    });
    const cut = withParts(deps(), {
      db: {
        ...log.deps.db,
        pool: { options: log.deps.db.pool.options, query: () => Promise.reject(lost) },
      } as unknown as Database,
    });
    await expect(
      recordEntry(cut.recorder, operatorActor(), readEntry("/lost")),
    ).rejects.toMatchObject({
      code: "record.unavailable",
    });
    await read();
    await beatNow();
    expect(await state()).toMatchObject({ settled: 0, arrived: 2 });
    await expectNoAlarm();
  });

  test("over a restart and a kill -9: another run is another source", async () => {
    await read();
    await beatNow();
    source = newSource();
    await read();
    await beat();
    // Two more that are never confirmed, and of which one is lost: no one knows whether it was ever
    // committed.
    await read();
    await log.as("super", "delete from tlog.inbox");
    source = newSource();
    await read();
    await beatNow();
    expect(
      (await listSources(log.deps.db)).map(({ settled, ended, arrived }) => ({
        settled,
        ended,
        arrived,
      })),
    ).toEqual([
      { settled: 1, ended: true, arrived: 2 },
      { settled: 1, ended: false, arrived: 2 },
      { settled: 1, ended: true, arrived: 2 },
    ]);
    await expectNoAlarm();
  });

  test("over 64 writers with rollbacks and a heart that beats among them", async () => {
    const work = Array.from({ length: 64 }, async (_, w) => {
      for (let n = 0; n < 6; n++)
        await ((w + n) % 5 === 0
          ? create(() => Promise.reject(new Error("no"))).catch(() => {})
          : create());
    });
    const heart = makeHeartbeat(deps().recorder);
    for (let n = 0; n < 5; n++) {
      now += 600_000;
      await heart.sendIfDue();
    }
    await Promise.all(work);
    await beatNow();
    expect(await state()).toMatchObject({ missing: "", settled: source.lastNumber() - 1 });
    await expectNoAlarm();
  });

  test("over entries without a source, of strangers, and with numbers that are none", async () => {
    await log.as(
      "app",
      `insert into tlog.inbox (entry) values (convert_to('{"id":"${makeId("ent")}","action":"certificate.read","details":{}}', 'UTF8'))`,
    );
    const src = (value: string) =>
      `insert into tlog.inbox (entry) values (convert_to('{"id":"ent_${makeId("ent")}","action":"source.heartbeat","src":${value},"details":{"source":"x","boot":"b","settled":9,"voided":"2-z","ended":1}}', 'UTF8'))`;
    for (const value of [
      "null",
      "7",
      '"x"',
      "{}",
      '{"id":"x"}',
      '{"id":"x","boot":"b","seq":"1"}',
      '{"id":"x","boot":"b","seq":0}',
      '{"id":"x","boot":"b","seq":-4}',
      '{"id":"x","boot":"b","seq":1.5}',
      '{"id":"x","boot":"b","seq":1e300}',
      '{"id":"x","boot":"b","seq":99999999999999999999}',
    ])
      await log.as("app", src(value));
    // No source may write another's number.
    await log.as("app", src('{"id":"y","boot":"b","seq":1}'));
    await log.sequence();
    expect(await listSources(log.deps.db)).toMatchObject([
      { id: "y", arrived: 1, settled: 0, missing: "" },
    ]);
    await expectNoAlarm();
  });
});
