import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "@/lib/db/database";
import { auditedTransaction } from "./audited-transaction";
import { makeHeart } from "./heartbeat";
import { listSources } from "./list-sources";
import { recordEntry } from "./record";
import { reportGaps } from "./report-gaps";
import { searchEntries } from "./search";
import { makeSource, type Source } from "./source";
import { testActor } from "./testdata/actor";
import {
  identityCreated,
  identityRow,
  type LogDatabase,
  makeId,
  openLogDatabase,
  readEntry,
} from "./testdata/log-database";
import type { NewEntry } from "./types";

let log: LogDatabase, source: Source, now: number;
const clock = { now: () => new Date(now) };
const depsOf = (with_: Source) => ({ ...log.deps, clock, source: with_ });
const deps = () => depsOf(source);
const newSource = (name = "host/door"): Source => makeSource(name, log.deps.random.bytes);

beforeEach(async () => {
  log = await openLogDatabase();
  now = Date.parse("2026-11-23T10:00:00Z");
  source = newSource();
});
afterEach(() => log.close());

const read = (path = "/", with_ = source) =>
  recordEntry(depsOf(with_), testActor(), readEntry(path));
const create = (fails: (id: string) => Promise<unknown> = () => Promise.resolve()) =>
  auditedTransaction(deps(), testActor(), async (tx) => {
    const id = makeId("idn");
    await tx.identity.create({ data: identityRow(id) });
    await fails(id);
    return { result: id, entries: [identityCreated(id), identityCreated(id, "again")] };
  });
/** A minute later, one heartbeat, and everything numbered and indexed. */
const beat = async (heart = makeHeart(deps())): Promise<void> => {
  now += 600_000;
  expect(await heart.beatWhenDue()).toBe(true);
  await log.settle();
};
const beatNow = async (with_ = source) => {
  await makeHeart(depsOf(with_)).end();
  await log.settle();
};
const state = async (with_ = source) =>
  (await listSources(log.deps.db)).find(({ boot }) => boot === with_.boot);
const gaps = async () =>
  (
    await searchEntries(log.deps, testActor({ role: "auditor" }), {
      action: "source.gap",
      order: "asc",
    })
  ).items;
const expectNoAlarm = async (): Promise<void> => {
  expect((await listSources(log.deps.db)).filter(({ missingCount }) => missingCount > 0)).toEqual(
    [],
  );
  expect(await reportGaps(deps())).toBe(0);
};

describe("a log whose sources are whole raises no alarm", () => {
  test("over acts, reads and heartbeats", async () => {
    for (let n = 0; n < 5; n++) {
      await read(`/${n}`);
      await create();
    }
    await beatNow();
    expect(await state()).toMatchObject({
      id: "host/door",
      arrived: 16,
      settled: 15,
      missing: "",
      missingCount: 0,
      ended: true,
    });
    await expectNoAlarm();
  });

  test("over a transaction that is rolled back, whoever rolls it back", async () => {
    await read();
    await expect(create(() => Promise.reject(new Error("changed my mind")))).rejects.toThrow(
      "changed my mind",
    );
    await expect(
      auditedTransaction(deps(), testActor(), async (tx) => {
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
    await expect(recordEntry(deps(), testActor(), huge)).rejects.toMatchObject({
      code: "record.too-large",
    });
    await expect(
      recordEntry(deps(), testActor(), detailed({ status: Number.NaN })),
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
      options: {},
      query: async (config: never) => {
        if (commits) await query(config);
        throw lost;
      },
    };
    const cut = { ...deps(), db: { ...log.deps.db, pool } as unknown as Database };
    await read();
    await expect(recordEntry(cut, testActor(), readEntry("/lost"))).rejects.toMatchObject({
      code: "record.unavailable",
    });
    await read();
    expect(source.doubts()).toMatchObject([{ seq: 2 }]);
    const heart = makeHeart(deps());
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
    const cut = {
      ...deps(),
      db: {
        ...log.deps.db,
        pool: { options: {}, query: () => Promise.reject(lost) },
      } as unknown as Database,
    };
    await expect(recordEntry(cut, testActor(), readEntry("/lost"))).rejects.toMatchObject({
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
    // Two more that are never settled, and of which one is lost: nobody knows whether it was ever committed.
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
    const heart = makeHeart(deps());
    for (let n = 0; n < 5; n++) {
      now += 600_000;
      await heart.beatWhenDue();
    }
    await Promise.all(work);
    await beatNow();
    expect(await state()).toMatchObject({ missing: "", settled: source.last() - 1 });
    await expectNoAlarm();
  });

  test("over entries without a source, of strangers, and with numbers that are none", async () => {
    await recordEntry(log.deps, testActor(), readEntry("/"));
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
    // Nobody speaks for another.
    await log.as("app", src('{"id":"y","boot":"b","seq":1}'));
    await log.settle();
    expect(await listSources(log.deps.db)).toMatchObject([
      { id: "y", arrived: 1, settled: 0, missing: "" },
    ]);
    await expectNoAlarm();
  });
});

describe("a number that never arrives", () => {
  const loseSecond = async (): Promise<void> => {
    await read("/1");
    await read("/2");
    await log.as("super", "delete from tlog.inbox where id = (select max(id) from tlog.inbox)");
    await read("/3");
  };

  test("is named with the next heartbeat, and not before", async () => {
    await loseSecond();
    await log.settle();
    await expectNoAlarm();
    await beat();
    expect(await state()).toMatchObject({ settled: 3, missing: "2", missingCount: 1 });
    expect(await reportGaps(deps())).toBe(1);
    await log.settle();
    expect(await gaps()).toMatchObject([
      {
        outcome: "failure",
        target: { kind: "source", id: "host/door" },
        details: { source: "host/door", boot: source.boot, missing: "2", count: 1 },
      },
    ]);
  });

  test("of one whose many runs all lost something does not wait behind them", async () => {
    await log.as(
      "super",
      "insert into tlog.source (id, boot, arrived, accounted, settled, first_seq, last_seen, ended) select 'aaa/one', 'boot' || n, 1, '{[2,3)}', 2, 0, now(), true from generate_series(1, 50) as n",
    );
    await loseSecond();
    await beat();
    expect(await reportGaps(deps())).toBe(20);
    await log.settle();
    expect((await gaps()).filter(({ details }) => details["source"] === "host/door")).toHaveLength(
      1,
    );
    for (const left of [20, 11, 0]) {
      expect(await reportGaps(deps())).toBe(left);
      await log.settle();
    }
  });

  test("is reported once, also by another leader, and a second loss by itself", async () => {
    await loseSecond();
    await beat();
    expect(await reportGaps(deps())).toBe(1);
    await log.settle();
    expect(await reportGaps(depsOf(newSource("other/door")))).toBe(0);
    await read("/lost too");
    await log.as("super", "delete from tlog.inbox");
    await beat();
    expect(await reportGaps(deps())).toBe(1);
    await log.settle();
    expect((await gaps()).map(({ details }) => details["missing"])).toEqual([
      "2",
      String(source.last() - 2),
    ]);
    expect(await state()).toMatchObject({ missingCount: 2 });
  });

  test("is not reported twice while the index is behind", async () => {
    await loseSecond();
    await beat();
    expect(await reportGaps(deps())).toBe(1);
    await log.as("app", "select tlog.sequence_batch(100)");
    expect(await reportGaps(deps())).toBe(0);
  });

  test("stays named when the index is rebuilt", async () => {
    await loseSecond();
    await beat();
    await reportGaps(deps());
    await log.settle();
    const before = await listSources(log.deps.db);
    await log.as("app", "select tlog.rebuild_search()");
    expect(await listSources(log.deps.db)).toEqual([]);
    await log.settle();
    expect(await listSources(log.deps.db)).toEqual(before);
    expect(await reportGaps(deps())).toBe(0);
  });

  test("of very many is reported in parts that fit", async () => {
    await Promise.all(Array.from({ length: 500 }, (_, n) => read(`/${n}`)));
    await log.as(
      "super",
      "delete from tlog.inbox where ((convert_from(entry, 'UTF8')::jsonb #>> '{src,seq}')::int) % 2 = 0",
    );
    await beat();
    for (let turn = 0; turn < 3; turn++) {
      expect(await reportGaps(deps())).toBe(turn < 3 ? 1 : 0);
      await log.settle();
    }
    expect(await reportGaps(deps())).toBe(0);
    const named = (await gaps()).flatMap(({ details }) =>
      String(details["missing"]).split(",").map(Number),
    );
    expect(named).toEqual(Array.from({ length: 250 }, (_, n) => 2 * n + 2));
    expect((await listSources(log.deps.db))[0]).toMatchObject({ missingCount: 250 });
  });
});

describe("heartbeats", () => {
  test("come a minute after the last when there is something to settle, else after ten", async () => {
    const heart = makeHeart(deps());
    const due = async (ms: number) => {
      now += ms;
      return heart.beatWhenDue();
    };
    expect(await due(59_000)).toBe(false);
    await read();
    expect(await due(0)).toBe(false);
    expect(await due(1_000)).toBe(true);
    expect([await due(60_000), await due(539_000), await due(1_000), await due(599_000)]).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect(await due(1_000)).toBe(true);
  });

  test("of a process that numbered nothing do not end it, and without a source there are none", async () => {
    await makeHeart(deps()).end();
    const { source: _, ...bare } = deps();
    now += 3_600_000;
    expect(await makeHeart(bare).beatWhenDue()).toBe(false);
    await makeHeart(bare).end();
    await log.settle();
    expect(await log.as("app", "select size::int from tlog.head")).toEqual([0]);
  });

  test("that cannot be written are due again, and say then what they would have said", async () => {
    await read();
    await log.as("super", "revoke insert (entry) on tlog.inbox from chancery_app");
    const heart = makeHeart(deps());
    now += 60_000;
    await expect(heart.beatWhenDue()).rejects.toMatchObject({ code: "record.unavailable" });
    await log.as("super", "grant insert (entry) on tlog.inbox to chancery_app");
    expect(await heart.beatWhenDue()).toBe(true);
    await log.settle();
    expect(await state()).toMatchObject({ settled: 2, missing: "", arrived: 2 });
  });

  test("are no acts: lists that leave reads out leave them out, and every filter finds them as reads", async () => {
    await read();
    await beatNow();
    const find = async (query: object) =>
      (
        await searchEntries(log.deps, testActor({ role: "auditor" }), { order: "asc", ...query })
      ).items.map(({ action }) => action);
    expect(await find({ reads: "exclude" })).toEqual([]);
    expect(await find({ reads: "only" })).toEqual(["certificate.read", "source.heartbeat"]);
    expect(await find({ action: "source.heartbeat" })).toEqual(["source.heartbeat"]);
    expect(await find({ action: "source.heartbeat", reads: "exclude" })).toEqual([]);
    expect(await find({ action: "source." })).toEqual(["source.heartbeat"]);
    expect(await find({ action: "source.gap" })).toEqual([]);
    expect(await find({ action: "certificate." })).toEqual(["certificate.read"]);
  });
});
