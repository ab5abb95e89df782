import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resolveAlert } from "@/lib/alerts/answer-alert";
import { operatorActor } from "@/testing/actors";
import { allowed, denied } from "@/testing/alerts/requests";
import { openAlertHarness, type Person, type AlertHarness } from "@/testing/alerts/alert-harness";
import { withParts } from "@/testing/recorder";
import { makeAlertReader, type AlertReader } from "@/lib/alerts/alert-reader";

let fixture: AlertHarness;
let people: Person[];
beforeEach(async () => {
  fixture = await openAlertHarness();
  people = [];
  for (let n = 0; n < 4; n += 1) people.push(await fixture.makeIdentity(`worker-${n}`));
});
afterEach(() => fixture.close());

const sequence = () => fixture.query("select tlog.sequence_batch(1000000)");
/** Requests of all of them, every tenth refused, so that alerts open in the middle. */
async function ask(count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_none, n) =>
      fixture.record(
        fixture.actorOf(people[n % people.length] as Person, `10.1.${n % 3}.7`),
        n % 10 === 9 ? denied("certificate.revoked") : allowed(),
      ),
    ),
  );
}
/** What the rules have derived, against what the log says. */
async function accounts(): Promise<Record<string, unknown>> {
  const [row] = await fixture.query(`select
    (select upto::int from custody.cursor) as upto, (select size::int from tlog.head) as size,
    (select coalesce(sum(count), 0)::int from custody.use) as uses, (select coalesce(sum(refused), 0)::int from custody.use) as refused, (select coalesce(sum(count), 0)::int from custody.tally where service <> 'chancery') as tallied,
    (select count(*)::int from tlog.entry where convert_from(entry, 'UTF8')::jsonb ->> 'action' like 'request.%') as requests,
    (select count(*)::int from tlog.entry where convert_from(entry, 'UTF8')::jsonb ->> 'action' = 'request.denied') as denials,
    (select count(*)::int from tlog.entry where convert_from(entry, 'UTF8')::jsonb ->> 'action' = 'alert.opened') as opened, (select count(*)::int from alert) as alerts,
    (select coalesce(sum(f.count), 0)::int from alert_figures f join alert a on a.id = f.alert_id where a.rule = 'revoked-used') as struck, (select count(*)::int from custody.alert_entry x join alert a on a.id = x.alert_id where a.rule = 'revoked-used') as behind`);
  return row ?? {};
}
async function toTheEnd(reader: AlertReader): Promise<void> {
  for (let read = 1; read > 0;) {
    await sequence();
    ({ read } = await reader.readNext());
  }
}
async function resolveAll(): Promise<void> {
  for (const { id, status } of await fixture.alerts())
    if (status === "open")
      await resolveAlert(fixture.log.deps, operatorActor({ role: "admin" }), id, {
        resolution: "fixed",
        comment: "closed at once",
      });
}
async function expectExact(): Promise<void> {
  const found = await accounts();
  expect(found).toMatchObject({
    upto: found["size"],
    uses: found["requests"],
    tallied: found["requests"],
    refused: found["denials"],
    struck: found["denials"],
    behind: found["denials"],
    opened: found["alerts"],
  });
}

/**
 * The database as a reader sees it whose process is killed at its nth statement: before it reaches
 * the database, or after it has done its work.
 */
function dying(
  at: number,
  when: "before" | "after",
): { deps: AlertHarness["log"]["deps"]; died: () => boolean } {
  let n = 0;
  let dead = false;
  const { db } = fixture.log.deps;
  const guard = async <T>(run: () => Promise<T>): Promise<T> => {
    n += 1;
    if (dead || (n >= at && when === "before")) {
      dead = true;
      throw new Error("killed");
    }
    const result = await run();
    if (n >= at) {
      dead = true;
      throw new Error("killed");
    }
    return result;
  };
  const pool = new Proxy(db.pool, {
    get: (target, key) =>
      key === "query"
        ? (...args: unknown[]) =>
            guard(() =>
              (target.query as unknown as (...all: unknown[]) => Promise<unknown>)(...args),
            )
        : (Reflect.get(target, key) as unknown),
  });
  const prisma = new Proxy(db.prisma, {
    get: (target, key) =>
      key === "$transaction"
        ? (work: (tx: object) => Promise<unknown>, options: object) =>
            guard(() =>
              (target.$transaction as unknown as (w: unknown, o: object) => Promise<unknown>)(
                (tx: object) =>
                  work(
                    new Proxy(tx, {
                      get: (inner, name) => {
                        const value = Reflect.get(inner, name) as unknown;
                        // The statements inside the transaction are places to die at, too.
                        return name === "$executeRaw"
                          ? (...args: unknown[]) =>
                              guard(() =>
                                (value as (...all: unknown[]) => Promise<unknown>).apply(
                                  inner,
                                  args,
                                ),
                              )
                          : value;
                      },
                    }),
                  ),
                options,
              ),
            )
        : (Reflect.get(target, key) as unknown),
  });
  return { deps: withParts(fixture.log.deps, { db: { ...db, pool, prisma } }), died: () => dead };
}

describe("each entry counts once", () => {
  test("when nothing goes wrong", async () => {
    await ask(2_500);
    await toTheEnd(fixture.reader());
    await expectExact();
    expect((await accounts())["denials"]).toBe(250);
  });

  test("when the reader is killed at any statement, between batches and inside them, before and after it takes effect", async () => {
    let deaths = 0;
    for (let at = 1; at <= 14; at += 1) {
      for (const when of ["before", "after"] as const) {
        await ask(40);
        await sequence();
        const { deps, died } = dying(at, when);
        const reader = makeAlertReader(deps, () => performance.now());
        try {
          for (let read = 1; read > 0;) ({ read } = await reader.readNext());
        } catch {
          deaths += 1;
        }
        expect(died() || deaths > 0).toBe(true);
      }
    }
    expect(deaths).toBeGreaterThan(20);
    await toTheEnd(fixture.reader());
    await expectExact();
  });

  test("when the reader that failed goes on itself", async () => {
    await ask(60);
    await sequence();
    const { deps } = dying(9, "after");
    const live = { ...deps, db: { ...deps.db } } as {
      -readonly [K in keyof typeof deps]: (typeof deps)[K];
    };
    const reader = makeAlertReader(live, () => performance.now());
    await expect(
      (async () => {
        for (;;) await reader.readNext();
      })(),
    ).rejects.toThrow("killed");
    live.db = fixture.log.deps.db;
    live.recorder = fixture.log.deps.recorder;
    await toTheEnd(reader);
    await expectExact();
  });

  test("each entry counts once when two gateways believe that they are the leader", async () => {
    const readers = [fixture.reader(), fixture.reader(), fixture.reader()];
    let refused = 0;
    let writing = true;
    const run = async (reader: AlertReader): Promise<void> => {
      for (let read = 1; read > 0 || writing;)
        read = await reader.readNext().then(
          (batch) => batch.read,
          () => {
            refused += 1;
            return 1;
          },
        );
    };
    const all = Promise.all(readers.map(run));
    for (let n = 0; n < 12; n += 1) {
      await ask(100);
      await sequence();
    }
    writing = false;
    await all;
    expect(refused).toBeGreaterThan(0);
    await toTheEnd(fixture.reader());
    await expectExact();
  });

  test("when people resolve alerts while they grow", async () => {
    const reader = fixture.reader();
    for (let n = 0; n < 10; n += 1) {
      await ask(50);
      await sequence();
      await Promise.allSettled([reader.readNext(), resolveAll()]);
    }
    await toTheEnd(reader);
    await expectExact();
    const [twice] = await fixture.query(
      "select count(*)::int as n from (select rule, subject_id from alert where status <> 'resolved' group by 1, 2 having count(*) > 1) d",
    );
    expect(twice).toEqual({ n: 0 });
  });
});
