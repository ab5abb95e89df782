import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { setTimeout as pause } from "node:timers/promises";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { waitForEntryNumber } from "@/lib/log/search/get-entry";
import type { NumberedEntry } from "@/lib/log/read-entry";
import { followLog } from "./follow-log";
import { recordEntry } from "@/lib/log/record/record-entry";
import { factRun } from "@/lib/log/pure/search-tokens";
import { countMatches, endOfLog, findNewestTimes } from "@/lib/log/segments/find-entries";
import { indexAll } from "@/lib/log/segments/indexer";
import { startSequencer } from "./sequencer";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { identityCreated, identityRow, makeId, readEntry } from "@/testing/log/entries";

let log: Harness;
beforeEach(async () => {
  log = await openHarness({ sequencer: false, connections: 80 });
});
afterEach(async () => {
  await log.close();
});

const until = async (reached: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await reached())) await pause(10);
};
const sizes = async () =>
  (await log.as(
    "super",
    "select size::int, upto::int, (select count(*)::int from tlog.inbox) from tlog.head, tlog.indexed",
  )) as [number, number, number];
const settled = (count: number) =>
  until(async () => {
    const [size, upto, inbox] = await sizes();
    return size === count && upto === count && inbox === 0;
  });

describe("the sequencer", () => {
  test("numbers what 64 writers commit without gaps and in their order, two sequencers at it, and nothing that was rolled back", async () => {
    const sequencers = [startSequencer(log.deps.db), startSequencer(log.deps.db)];
    const perWriter = 12;
    const committed: string[] = [];
    const undone: string[] = [];
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; n < perWriter; n++) {
        const id = makeId("idn");
        const act = auditedTransaction(
          log.deps.recorder,
          operatorActor({ requestId: `writer${writer}` }),
          async (tx) => {
            await tx.identity.create({ data: identityRow(id) });
            await pause((writer * 7 + n * 3) % 15);
            if ((writer + n) % 7 === 0) throw new Error("changed its mind");
            return { result: null, entries: [identityCreated(id, String(n))] };
          },
        );
        await act.then(
          () => committed.push(id),
          () => undone.push(id),
        );
      }
    };
    await Promise.all(Array.from({ length: 64 }, (_, writer) => write(writer)));
    await settled(committed.length);
    await Promise.all(sequencers.map((sequencer) => sequencer.stop()));
    expect(committed.length + undone.length).toBe(64 * perWriter);
    expect(undone.length).toBeGreaterThan(50);
    const [dense] = await log.as(
      "super",
      "select min(seq) = 0 and max(seq) = count(*) - 1 from tlog.entry",
    );
    expect(dense).toBe(true);
    const [targets] = await log.as(
      "super",
      "select array_agg(convert_from(entry, 'UTF8')::jsonb #>> '{target,id}') from tlog.entry",
    );
    expect([...(targets as string[])].sort()).toEqual([...committed].sort());
    const indexed = committed.map((id) => factRun("target", id));
    expect((await findNewestTimes(log.deps.db, indexed)).size).toBe(committed.length);
    // Each writer's entries are in the order in which it committed them.
    const [disorder] = await log.as(
      "super",
      `with e as (select seq, convert_from(entry, 'UTF8')::jsonb as j from tlog.entry),
      o as (select (j #>> '{target,label}')::int as n, lag((j #>> '{target,label}')::int) over (partition by j ->> 'requestId' order by seq) as before from e) select count(*)::int from o where before > n`,
    );
    expect(disorder).toBe(0);
    expect(await log.as("super", "select count(*)::int from identity")).toEqual([committed.length]);
  });

  test("keeps the leaf hash that belongs to the bytes", async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        recordEntry(log.deps.recorder, operatorActor(), readEntry(`/${n}`)),
      ),
    );
    await log.sequence();
    expect(
      await log.as(
        "super",
        "select count(*)::int from tlog.entry where leaf_hash = sha256('\\x00'::bytea || entry)",
      ),
    ).toEqual([20]);
  });

  test("goes on by itself after its connections were cut, and another takes over when the active one stops", async () => {
    const errors: unknown[] = [];
    const first = startSequencer(log.deps.db, { onError: (error) => errors.push(error) });
    await recordEntry(log.deps.recorder, operatorActor(), readEntry("/1"));
    await settled(1);
    await log.as(
      "super",
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    await until(() =>
      recordEntry(log.deps.recorder, operatorActor(), readEntry("/2")).then(
        () => true,
        () => false,
      ),
    );
    await settled(2);
    expect(errors.length).toBeGreaterThan(0);
    const second = startSequencer(log.deps.db);
    await first.stop();
    await recordEntry(log.deps.recorder, operatorActor(), readEntry("/3"));
    await settled(3);
    await second.stop();
  });

  test("tells its own process how far the log has come, and finds the number of an entry", async () => {
    const heard: number[] = [];
    const sequencer = startSequencer(log.deps.db, { onAdvance: (size) => heard.push(size) });
    await recordEntry(log.deps.recorder, operatorActor(), readEntry("/1"));
    const { entryId } = await recordEntry(log.deps.recorder, operatorActor(), readEntry("/2"));
    expect(await waitForEntryNumber(log.deps, entryId)).toBe(1);
    await until(() => heard.at(-1) === 2);
    await sequencer.stop();
    expect(await waitForEntryNumber(log.deps, "ent_nobody")).toBeNull();
  });

  test("numbers a steady stream in few batches, and the last entry of it without another's help", async () => {
    const heard: number[] = [];
    const sequencer = startSequencer(log.deps.db, { onAdvance: (size) => heard.push(size) });
    const beganAt = performance.now();
    for (let n = 0; n < 60; n++) {
      await recordEntry(log.deps.recorder, operatorActor(), readEntry(`/${n}`));
      await pause(5);
    }
    await settled(60);
    const elapsedMs = performance.now() - beganAt;
    await sequencer.stop();
    // 40 ms from one to the next.
    expect(heard.length).toBeLessThanOrEqual(elapsedMs / 40 + 2);
    expect(heard.at(-1)).toBe(60);
  });

  test("is never stopped by what an entry says", async () => {
    const poison = [
      {
        ts: "never",
        action: 7,
        outcome: { a: 1 },
        actor: "x",
        target: ["y"],
        origin: { ip: "999.9.9.9" },
        details: [1, [2, { a: "deep" }]],
      },
      {
        ts: "infinity",
        action: "a".repeat(9_000),
        origin: { ip: "10.0.0.0/8", userAgent: "é".repeat(9_000) },
        details: "text",
      },
      {
        actor: { id: "\u0001\ufffd", label: "x".repeat(5_000) },
        credential: { certificateId: "y".repeat(5_000), serial: "z".repeat(5_000) },
        details: null,
      },
      { details: { serial: "", q: "'quoted' \\ & | ! :* <->" } },
    ];
    for (const [n, entry] of poison.entries())
      await log.deps.db.pool.query(
        "insert into tlog.inbox (entry) values (convert_to($1, 'UTF8'))",
        [JSON.stringify({ id: `ent_${n}`, ...entry })],
      );
    await log.sequence();
    expect(await sizes()).toEqual([4, 4, 0]);
    const acts = { all: [[factRun("kind", "a")]], low: 0, high: endOfLog };
    expect(await countMatches(log.deps.db, acts)).toBe(4);
  });

  test("makes the same index again from the entries alone", async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        recordEntry(
          log.deps.recorder,
          operatorActor({ label: `operator${n}@example.com` }),
          readEntry(`/certificates/${n}`, { kind: "certificate", id: `crt_${n}`, label: "x" }),
        ),
      ),
    );
    await log.sequence();
    const picture = () =>
      log.as(
        "super",
        "select low, high, encode(root, 'hex'), (select md5(string_agg(first || body, '' order by first)) from tlog.page_fresh) from tlog.segment",
      );
    const before = await picture();
    await log.as("app", "select tlog.rebuild_search()");
    expect((await sizes())[1]).toBe(0);
    await indexAll(log.deps.db);
    expect(await picture()).toEqual(before);
  });
});

describe("a reader of the log", () => {
  test("gets every entry once and in order, those before it began and those that come", async () => {
    const sequencer = startSequencer(log.deps.db);
    const got: NumberedEntry[] = [];
    const states: boolean[] = [];
    for (let n = 0; n < 5; n++)
      await recordEntry(log.deps.recorder, operatorActor(), readEntry(`/${n}`));
    await settled(5);
    const reader = followLog(log.deps.db, {
      name: "test",
      from: 2,
      onEntries: (rows) => {
        got.push(...rows);
      },
      onState: (state) => states.push(state),
    });
    await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        recordEntry(log.deps.recorder, operatorActor(), readEntry(`/later/${n}`)),
      ),
    );
    await until(() => got.length >= 43 && states.at(-1) === true);
    expect(got.map(({ seq }) => seq)).toEqual(Array.from({ length: 43 }, (_, n) => n + 2));
    expect(got[0]).toMatchObject({ readable: true, record: { details: { path: "/2" } } });
    await reader.stop();
    await sequencer.stop();
  });

  test("a reader of the log reports when its connection is lost and restored, and misses nothing", async () => {
    const sequencer = startSequencer(log.deps.db);
    const got: number[] = [];
    const states: boolean[] = [];
    const reader = followLog(log.deps.db, {
      name: "test",
      from: 0,
      onEntries: (rows) => {
        got.push(...rows.map(({ seq }) => seq));
      },
      onState: (state) => states.push(state),
    });
    await recordEntry(log.deps.recorder, operatorActor(), readEntry("/1"));
    await until(() => got.length === 1 && states.at(-1) === true);
    await log.as(
      "super",
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'chancery listen'",
    );
    await until(() => states.includes(false));
    await recordEntry(log.deps.recorder, operatorActor(), readEntry("/2"));
    await until(() => got.length === 2 && states.at(-1) === true);
    expect(got).toEqual([0, 1]);
    expect(states).toEqual([true, false, true]);
    await reader.stop();
    await sequencer.stop();
  });

  test("gets a batch again that it could not take", async () => {
    await recordEntry(log.deps.recorder, operatorActor(), readEntry("/1"));
    await log.sequence();
    const got: number[] = [];
    const errors: unknown[] = [];
    const reader = followLog(log.deps.db, {
      name: "test",
      from: 0,
      onError: (error) => errors.push(error),
      onEntries: (rows) => {
        got.push(...rows.map(({ seq }) => seq));
        if (got.length === 1) throw new Error("not now");
      },
    });
    await until(() => got.length === 2);
    await reader.stop();
    expect(got).toEqual([0, 0]);
    expect(errors).toHaveLength(1);
  });
});
