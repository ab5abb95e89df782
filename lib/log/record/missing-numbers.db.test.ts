import { withParts } from "@/testing/recorder";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeHeartbeat } from "./heartbeat";
import { listSources } from "./list-sources";
import { recordEntry } from "./record-entry";
import { makeRecorder } from "./recorder";
import { reportGaps } from "./report-gaps";
import { searchEntries } from "@/lib/log/search/search-entries";
import { makeSource, type Source } from "./source";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { readEntry } from "@/testing/log/entries";

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
const gaps = async () =>
  (
    await searchEntries(log.deps, operatorActor({ role: "auditor" }), {
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

describe("a number that never arrives", () => {
  const loseSecond = async (): Promise<void> => {
    await read("/1");
    await read("/2");
    await log.as("super", "delete from tlog.inbox where id = (select max(id) from tlog.inbox)");
    await read("/3");
  };

  test("is named with the next heartbeat, and not before", async () => {
    await loseSecond();
    await log.sequence();
    await expectNoAlarm();
    await beat();
    expect(await state()).toMatchObject({ settled: 3, missing: "2", missingCount: 1 });
    expect(await reportGaps(deps())).toBe(1);
    await log.sequence();
    expect(await gaps()).toMatchObject([
      {
        outcome: "failure",
        target: { kind: "source", id: "host/gateway" },
        details: { source: "host/gateway", boot: source.boot, missing: "2", count: 1 },
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
    await log.sequence();
    expect(
      (await gaps()).filter(({ details }) => details["source"] === "host/gateway"),
    ).toHaveLength(1);
    for (const left of [20, 11, 0]) {
      expect(await reportGaps(deps())).toBe(left);
      await log.sequence();
    }
  });

  test("is reported once, also by another leader, and a second loss by itself", async () => {
    await loseSecond();
    await beat();
    expect(await reportGaps(deps())).toBe(1);
    await log.sequence();
    expect(await reportGaps(depsOf(newSource("other/gateway")))).toBe(0);
    await read("/lost too");
    await log.as("super", "delete from tlog.inbox");
    await beat();
    expect(await reportGaps(deps())).toBe(1);
    await log.sequence();
    expect((await gaps()).map(({ details }) => details["missing"])).toEqual([
      "2",
      String(source.lastNumber() - 2),
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
    await log.sequence();
    const before = await listSources(log.deps.db);
    await log.as("app", "select tlog.rebuild_search()");
    expect(await listSources(log.deps.db)).toEqual([]);
    await log.sequence();
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
      await log.sequence();
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
    const heart = makeHeartbeat(deps().recorder);
    const due = async (ms: number) => {
      now += ms;
      return heart.sendIfDue();
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

  test("of a process that numbered nothing do not end it, and without numbering there is no recorder to write entries with", async () => {
    await makeHeartbeat(deps().recorder).sendLast();
    const { db, random } = log.deps;
    const bare = { db, random, clock };
    // @ts-expect-error Numbering is not optional.
    const unnumbered = makeRecorder(bare);
    await expect(
      recordEntry(unnumbered, operatorActor(), readEntry("/unnumbered")),
    ).rejects.toThrow(TypeError);
    // @ts-expect-error A look-alike is no recorder.
    const write = () => recordEntry({ ...bare, source }, operatorActor(), readEntry("/"));
    expect(write).toBeTypeOf("function");
    await log.sequence();
    expect(await log.as("app", "select size::int from tlog.head")).toEqual([0]);
  });

  test("that cannot be written are due again, and say then what they would have said", async () => {
    await read();
    await log.as("super", "revoke insert (entry) on tlog.inbox from chancery_app");
    const heart = makeHeartbeat(deps().recorder);
    now += 60_000;
    await expect(heart.sendIfDue()).rejects.toMatchObject({ code: "record.unavailable" });
    await log.as("super", "grant insert (entry) on tlog.inbox to chancery_app");
    expect(await heart.sendIfDue()).toBe(true);
    await log.sequence();
    expect(await state()).toMatchObject({ settled: 2, missing: "", arrived: 2 });
  });

  test("heartbeats count as reads: lists without reads leave them out, and every filter finds them as reads", async () => {
    await read();
    await beatNow();
    const find = async (query: object) =>
      (
        await searchEntries(log.deps, operatorActor({ role: "auditor" }), {
          order: "asc",
          ...query,
        })
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
