import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Deps } from "@/lib/deps";
import { openHarness, system, type Harness } from "@/server/api/testing/harness";
import { makeCourier } from "./courier";
import { createDestination } from "./create-destination";
import { listDeliveries } from "./list-deliveries";
import { listDestinations } from "./list-destinations";
import { removeDestination } from "./remove-destination";
import type { DestinationInput } from "./schema";
import { testDestination } from "./test-destination";
import { closedPort, httpReceiver, silentReceiver } from "./testdata/receivers";
import { openAlert } from "./testdata/alert";
import { delivering, endDeliveries } from "./testdata/delivering";
import { updateDestination } from "./update-destination";
import { enqueueDeliveries, throughPg } from "./enqueue";

let harness: Harness,
  deps: Deps,
  count = 0;
beforeAll(async () => {
  harness = await openHarness();
  deps = delivering(harness.deps);
});
afterAll(() => harness.close());
afterEach(() => endDeliveries(deps));

const webhookTo = (port: number, over: Partial<DestinationInput> = {}) =>
  createDestination(deps, system, {
    name: `hook ${++count}`,
    config: { kind: "webhook", url: `http://127.0.0.1:${port}/`, ca: "" },
    minSeverity: "low",
    ...over,
  });
const history = async (id: string) => (await listDeliveries(deps, system, id)).items;
async function carry(knobs: Parameters<typeof makeCourier>[1] = {}): Promise<number> {
  const courier = makeCourier(deps, knobs),
    taken = await courier.turn();
  await courier.settled();
  return taken;
}
const idOf = ({ headers }: { headers: Record<string, unknown> }): unknown =>
  headers["x-chancery-delivery"];

test("an alert is told once to every active destination that wants its severity, and to no other", async () => {
  const receiver = await httpReceiver();
  const [all, high, critical, paused] = [
    await webhookTo(receiver.port),
    await webhookTo(receiver.port, { minSeverity: "high" }),
    await webhookTo(receiver.port, { minSeverity: "critical" }),
    await webhookTo(receiver.port),
  ];
  await updateDestination(deps, system, paused.id, { status: "paused" });
  const alertId = await openAlert(deps, { severity: "high" });
  expect(await carry()).toBe(2);
  expect(await carry()).toBe(0);
  expect(receiver.got.map(({ body }) => JSON.parse(body) as unknown)).toEqual(
    [0, 1].map(() =>
      expect.objectContaining({
        type: "alert.opened",
        alert: expect.objectContaining({
          id: alertId,
          count: 4,
          surprise: "4 requests from 198.51.100.7.",
          link: `http://localhost:3000/alerts/${alertId}`,
          firstEntry: 12,
        }) as unknown,
      }),
    ),
  );
  for (const { id } of [all, high])
    expect(await history(id)).toMatchObject([
      {
        status: "sent",
        alert: { id: alertId, severity: "high" },
        reason: "opened",
        nextAt: null,
        attempts: [{ n: 1, ok: true, answer: "200 OK" }],
      },
    ]);
  for (const { id } of [critical, paused]) expect(await history(id)).toEqual([]);
});

test("what is told rolls back with what it tells of, and a pg transaction does as well as Prisma's", async () => {
  const receiver = await httpReceiver(),
    { id } = await webhookTo(receiver.port),
    alertId = await openAlert(deps),
    client = await deps.db.pool.connect();
  await client.query("begin");
  await enqueueDeliveries(throughPg(client), deps, {
    alertId,
    severity: "high",
    reason: "escalated",
  });
  await client.query("rollback");
  expect((await history(id)).map(({ reason }) => reason)).toEqual(["opened"]);
  await enqueueDeliveries(throughPg(client), deps, {
    alertId,
    severity: "high",
    reason: "escalated",
  });
  client.release();
  expect((await history(id)).map(({ reason }) => reason).toSorted()).toEqual([
    "escalated",
    "opened",
  ]);
});

test("a server that is away gets it when it is back: retries with growing pauses, each in the history", async () => {
  const port = await closedPort(),
    { id } = await webhookTo(port);
  await openAlert(deps);
  const waits = [1, 5, 30];
  for (const wait of waits) {
    expect(await carry()).toBe(1);
    expect(await carry(), "not before its time").toBe(0);
    harness.pass(wait + 1);
  }
  const receiver = await httpReceiver(undefined, port);
  expect(await carry()).toBe(1);
  const [delivery] = await history(id);
  expect(delivery).toMatchObject({
    status: "sent",
    attempts: [
      { n: 1, ok: false },
      { n: 2, ok: false },
      { n: 3, ok: false },
      { n: 4, ok: true, answer: "200 OK" },
    ],
  });
  expect(delivery?.attempts[0]?.answer).toMatch(/cannot be reached \(connection refused\)/);
  const times = delivery?.attempts.map(({ at }) => Date.parse(at)) ?? [];
  waits.forEach((wait, at) => {
    expect((times[at + 1] ?? 0) - (times[at] ?? 0)).toBeGreaterThanOrEqual(wait * 1000);
  });
  expect(receiver.got.map(idOf)).toEqual([delivery?.id]);
});

test("a server that refuses for a day is given up, and that is said", async () => {
  const receiver = await httpReceiver((_, response) => {
      response.writeHead(500).end("down");
    }),
    { id } = await webhookTo(receiver.port);
  await openAlert(deps);
  let attempts = 0;
  for (; attempts < 100 && (await history(id))[0]?.status === "pending"; attempts++) {
    await carry();
    harness.pass(3601);
  }
  expect(attempts).toBe(24);
  expect((await history(id))[0]).toMatchObject({
    status: "failed",
    nextAt: null,
    finishedAt: expect.any(String) as unknown,
  });
  expect((await listDestinations(deps, system)).items[0]).toMatchObject({
    waiting: 0,
    last: { ok: false, answer: "It answered 500 Internal Server Error: down." },
  });
  harness.pass(100_000);
  expect(await carry()).toBe(0);
});

test("a slow server keeps no other waiting, and gets no more than two at once", async () => {
  const slow = await silentReceiver(),
    quick = await httpReceiver(),
    waiting = await webhookTo(slow.port),
    other = await webhookTo(quick.port);
  for (let n = 0; n < 5; n++) await openAlert(deps);
  const courier = makeCourier(deps, { longestMs: 2_000 });
  while (quick.got.length < 5) {
    await courier.turn();
    await pause(5);
  }
  expect((await history(other.id)).length).toBe(5);
  expect(
    (await history(waiting.id))
      .map(({ attempts }) => attempts.length)
      .toSorted((one, other) => one - other),
  ).toEqual([0, 0, 0, 1, 1]);
  expect(
    (await history(waiting.id)).flatMap(({ attempts }) => attempts.map(({ answer }) => answer)),
  ).toEqual(["Under way.", "Under way."]);
  await courier.settled();
  expect(
    (await history(waiting.id)).flatMap(({ attempts }) => attempts.map(({ answer }) => answer)),
  ).toEqual(["No answer within 2 s.", "No answer within 2 s."]);
});

test("a process that dies in the middle has it sent again by another, under the same id, and both attempts are in the history", async () => {
  let requests = 0;
  const receiver = await httpReceiver((_, response) => {
      if (++requests > 1) response.end("ok");
    }),
    { id } = await webhookTo(receiver.port);
  await openAlert(deps);
  // What was taken here and never settles stands for the process that died.
  const dead = makeCourier(deps, { longestMs: 5_000 });
  expect(await dead.turn()).toBe(1);
  while (receiver.got.length === 0) await pause(5);
  expect(await carry(), "while it may still be at work nobody else takes it").toBe(0);
  await updateDestination(deps, system, id, { name: `hook ${++count}` });
  expect(await carry(), "nor after a change of the destination").toBe(0);
  harness.pass(61);
  expect(await carry()).toBe(1);
  const [delivery] = await history(id);
  expect(delivery).toMatchObject({
    status: "sent",
    attempts: [
      { n: 1, ok: false },
      { n: 2, ok: true },
    ],
  });
  expect(receiver.got.map(idOf)).toEqual([delivery?.id, delivery?.id]);
  await receiver.close();
  await dead.settled();
  expect((await history(id))[0], "the late word of the dead changes nothing").toMatchObject({
    status: "sent",
  });
});

test("two at work at once send each delivery once", async () => {
  const receiver = await httpReceiver();
  for (let n = 0; n < 4; n++) await webhookTo(receiver.port);
  for (let n = 0; n < 5; n++) await openAlert(deps);
  const both = [makeCourier(deps), makeCourier(deps)];
  while (receiver.got.length < 20) {
    await Promise.all(both.map((one) => one.turn()));
    await pause(5);
  }
  await Promise.all(both.map((one) => one.settled()));
  expect(new Set(receiver.got.map(idOf)).size).toBe(20);
  expect(receiver.got).toHaveLength(20);
});

test("what waits while a destination is paused goes when it is resumed; what waits when it is removed is given up and its secret forgotten", async () => {
  const receiver = await httpReceiver(),
    kept = await webhookTo(receiver.port),
    gone = await webhookTo(receiver.port);
  await openAlert(deps);
  for (const { id } of [kept, gone])
    await updateDestination(deps, system, id, { status: "paused" });
  expect(await carry()).toBe(0);
  await removeDestination(deps, system, gone.id, { comment: "" });
  await updateDestination(deps, system, kept.id, { status: "active" });
  expect(await carry()).toBe(1);
  expect((await history(gone.id))[0]).toMatchObject({ status: "failed", attempts: [] });
  expect(
    (await deps.db.prisma.destination.findUniqueOrThrow({ where: { id: gone.id } })).sealed,
  ).toBeNull();
});

test("a destination that is mended is tried again at once", async () => {
  const receiver = await httpReceiver(),
    { id } = await webhookTo(await closedPort());
  await openAlert(deps);
  for (const wait of [2, 6, 31, 121]) {
    await carry();
    harness.pass(wait);
  }
  await carry();
  await updateDestination(deps, system, id, {
    config: { kind: "webhook", url: `http://127.0.0.1:${receiver.port}/`, ca: "" },
  });
  expect(await carry()).toBe(1);
  expect((await history(id))[0]?.status).toBe("sent");
});

test("a secret that does not open keeps the delivery, says why, and goes out once it is entered again", async () => {
  const receiver = await httpReceiver(),
    { id } = await webhookTo(receiver.port);
  await openAlert(deps);
  await makeOther().turnAll();
  expect((await history(id))[0]).toMatchObject({
    status: "pending",
    attempts: [{ ok: false, answer: expect.stringMatching(/sealed under another key/) as unknown }],
  });
  expect(receiver.got).toEqual([]);
});
function makeOther() {
  const courier = makeCourier({
    ...deps,
    delivery: { key: new Uint8Array(randomBytes(32)), allow: deps.delivery?.allow ?? [] },
  });
  return {
    turnAll: async () => {
      await courier.turn();
      await courier.settled();
    },
  };
}

test("a test goes out at once, also to a paused destination, is not retried, and is on the record", async () => {
  const receiver = await httpReceiver(),
    { id } = await webhookTo(receiver.port);
  await updateDestination(deps, system, id, { status: "paused" });
  const { result, entries } = await harness.during(() => testDestination(deps, system, id));
  expect(result).toMatchObject({
    ok: true,
    answer: "200 OK",
    delivery: { reason: "test", status: "sent", alert: null },
  });
  expect(entries.filter(({ action }) => action === "destination.tested")).toMatchObject([
    { target: { id }, details: { deliveryId: result.delivery.id } },
  ]);
  expect(JSON.parse(receiver.got[0]?.body ?? "")).toMatchObject({
    type: "test",
    deliveryId: result.delivery.id,
  });
  await receiver.close();
  expect(await testDestination(deps, system, id)).toMatchObject({
    ok: false,
    delivery: { status: "failed", attempts: [{ n: 1, ok: false }] },
  });
  await updateDestination(deps, system, id, { status: "active" });
  harness.pass(100);
  expect(await carry()).toBe(0);
});

test("a test whose process died is over, and is not sent by anybody else", async () => {
  const { id } = await webhookTo(await closedPort());
  await deps.db.pool.query(
    "insert into delivery (id, destination_id, reason, status, attempts, next_at, created_at) values ('dlv_dead', $1, 'test', 'pending', 1, $2, $2)",
    [id, deps.clock.now()],
  );
  await deps.db.pool.query(
    "insert into delivery_attempt (delivery_id, n, at, ok, answer, milliseconds) values ('dlv_dead', 1, $1, false, 'Begun, and interrupted before an answer came.', -1)",
    [deps.clock.now()],
  );
  harness.pass(61);
  expect(await carry()).toBe(0);
  expect(await history(id)).toMatchObject([
    {
      status: "failed",
      attempts: [{ answer: "Begun, and interrupted before an answer came.", milliseconds: 0 }],
    },
  ]);
});

test("what was over 90 days ago is forgotten, what waits is not", async () => {
  const receiver = await httpReceiver(),
    { id } = await webhookTo(receiver.port),
    away = await webhookTo(await closedPort());
  await openAlert(deps);
  await carry();
  expect(await makeCourier(deps).clear()).toBe(0);
  harness.pass(91 * 86_400);
  expect(await makeCourier(deps).clear()).toBeGreaterThan(0);
  expect([await history(id), (await history(away.id)).map(({ status }) => status)]).toEqual([
    [],
    ["pending"],
  ]);
});

test("the database away in the middle loses nothing: it is sent again", async () => {
  const receiver = await httpReceiver(),
    { id } = await webhookTo(receiver.port),
    errors: unknown[] = [];
  await openAlert(deps);
  const prisma = new Proxy(deps.db.prisma, {
    get: (target, name) => {
      if (name === "destination") throw new Error("away");
      return Reflect.get(target, name) as unknown;
    },
  });
  const broken = makeCourier(
    { ...deps, db: { ...deps.db, prisma } },
    {
      onError: (error) => {
        errors.push(error);
      },
    },
  );
  expect(await broken.turn()).toBe(1);
  await broken.settled();
  expect([errors.length, receiver.got.length]).toEqual([1, 0]);
  harness.pass(61);
  expect(await carry()).toBe(1);
  expect((await history(id))[0]).toMatchObject({
    status: "sent",
    attempts: [{ ok: false }, { ok: true }],
  });
});
