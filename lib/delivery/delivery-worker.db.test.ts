import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { enqueueDeliveries } from "@/lib/alerts/enqueue-deliveries";
import type { Deps } from "@/lib/runtime/deps";
import { system } from "@/testing/actors";
import { openAlert } from "@/testing/delivery/alert";
import { delivering, endDeliveries } from "@/testing/delivery/delivering";
import { closedPort, httpReceiver, silentReceiver } from "@/testing/delivery/receivers";
import { openHarness, type Harness } from "@/testing/harness";
import { createDestination } from "./create-destination";
import { makeDeliveryWorker } from "./delivery-worker";
import { listDeliveries } from "./read-deliveries";
import { listDestinations } from "./read-destinations";
import type { DestinationInput } from "./schema";
import { updateDestination } from "./update-destination";
import { entryFor } from "@/testing/log/guard-statements";

let harness: Harness;
let deps: Deps;
let count = 0;
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
async function carry(knobs: Parameters<typeof makeDeliveryWorker>[1] = {}): Promise<number> {
  const courier = makeDeliveryWorker(deps, knobs);
  const taken = await courier.sendDue();
  await courier.drained();
  return taken;
}
const idOf = ({ headers }: { headers: Record<string, unknown> }): unknown =>
  headers["x-chancery-delivery"];

test("an alert is sent once to every active destination that wants its severity, and to no other", async () => {
  const receiver = await httpReceiver();
  const [all, high, critical, paused] = [
    await webhookTo(receiver.port),
    await webhookTo(receiver.port, { minSeverity: "high" }),
    await webhookTo(receiver.port, { minSeverity: "critical" }),
    await webhookTo(receiver.port),
  ];
  await updateDestination(deps, system, paused.result.id, { status: "paused" });
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
          link: `${harness.deps.publicUrl}/alerts/${alertId}`,
          firstEntry: 12,
        }) as unknown,
      }),
    ),
  );
  for (const {
    result: { id },
  } of [all, high])
    expect(await history(id)).toMatchObject([
      {
        status: "sent",
        alert: { id: alertId, severity: "high" },
        reason: "opened",
        nextAt: null,
        attempts: [{ n: 1, ok: true, answer: "200 OK" }],
      },
    ]);
  for (const {
    result: { id },
  } of [critical, paused])
    expect(await history(id)).toEqual([]);
});

test("notifications roll back with the change that they report, in a pg transaction as in Prisma's", async () => {
  const receiver = await httpReceiver();
  const { id } = (await webhookTo(receiver.port)).result;
  const alertId = await openAlert(deps);
  const client = await deps.db.pool.connect();
  const tx = {
    $executeRawUnsafe: (text: string, ...values: unknown[]) => client.query(text, values),
  };
  await client.query("begin");
  await enqueueDeliveries(tx, deps, {
    alertId,
    severity: "high",
    reason: "escalated",
  });
  await client.query("rollback");
  expect((await history(id)).map(({ reason }) => reason)).toEqual(["opened"]);
  await client.query("begin");
  await client.query(entryFor(alertId, "alert.escalated"));
  await enqueueDeliveries(tx, deps, {
    alertId,
    severity: "high",
    reason: "escalated",
  });
  await client.query("commit");
  client.release();
  expect((await history(id)).map(({ reason }) => reason).toSorted()).toEqual([
    "escalated",
    "opened",
  ]);
});

test("a server that is away gets it when it is back: retries with growing pauses, each in the history", async () => {
  const port = await closedPort();
  const { id } = (await webhookTo(port)).result;
  await openAlert(deps);
  const waits = [1, 5, 30];
  for (const wait of waits) {
    expect(await carry()).toBe(1);
    expect(await carry(), "not before its time").toBe(0);
    harness.advance((wait + 1) * 1000);
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
  expect(delivery?.attempts[0]?.answer).toMatch(/^Can't connect to .*\(connection refused\)/);
  const times = delivery?.attempts.map(({ at }) => Date.parse(at)) ?? [];
  waits.forEach((wait, at) => {
    expect((times[at + 1] ?? 0) - (times[at] ?? 0)).toBeGreaterThanOrEqual(wait * 1000);
  });
  expect(receiver.got.map(idOf)).toEqual([delivery?.id]);
});

test("a server that refuses for a day is given up, and that is said", async () => {
  const receiver = await httpReceiver((_, response) => {
    response.writeHead(500).end("down");
  });
  const { id } = (await webhookTo(receiver.port)).result;
  await openAlert(deps);
  let attempts = 0;
  for (; attempts < 100 && (await history(id))[0]?.status === "pending"; attempts++) {
    await carry();
    harness.advance(3_601_000);
  }
  expect(attempts).toBe(24);
  expect((await history(id))[0]).toMatchObject({
    status: "failed",
    nextAt: null,
    finishedAt: expect.any(String) as unknown,
  });
  expect((await listDestinations(deps, system)).items[0]).toMatchObject({
    waiting: 0,
    last: { ok: false, answer: "The receiver responded 500 Internal Server Error: down." },
  });
  harness.advance(100_000_000);
  expect(await carry()).toBe(0);
});

test("a slow server keeps no other waiting, and gets no more than two at once", async () => {
  const slow = await silentReceiver();
  const quick = await httpReceiver();
  const waiting = await webhookTo(slow.port);
  const other = await webhookTo(quick.port);
  for (let n = 0; n < 5; n++) await openAlert(deps);
  const courier = makeDeliveryWorker(deps, { timeoutMs: 2_000 });
  while (quick.got.length < 5) {
    await courier.sendDue();
    await pause(5);
  }
  expect((await history(other.result.id)).length).toBe(5);
  expect(
    (await history(waiting.result.id))
      .map(({ attempts }) => attempts.length)
      .toSorted((one, other) => one - other),
  ).toEqual([0, 0, 0, 1, 1]);
  expect(
    (await history(waiting.result.id)).flatMap(({ attempts }) =>
      attempts.map(({ answer }) => answer),
    ),
  ).toEqual(["In progress.", "In progress."]);
  await courier.drained();
  expect(
    (await history(waiting.result.id)).flatMap(({ attempts }) =>
      attempts.map(({ answer }) => answer),
    ),
  ).toEqual(["No response within 2 s.", "No response within 2 s."]);
});

test("a process that dies in the middle has it sent again by another, under the same id, and both attempts are in the history", async () => {
  let requests = 0;
  const receiver = await httpReceiver((_, response) => {
    if (++requests > 1) response.end("ok");
  });
  const { id } = (await webhookTo(receiver.port)).result;
  await openAlert(deps);
  // What was taken here and never settles stands for the process that died.
  const dead = makeDeliveryWorker(deps, { timeoutMs: 5_000 });
  expect(await dead.sendDue()).toBe(1);
  while (receiver.got.length === 0) await pause(5);
  expect(await carry(), "no other worker claims a delivery that may still be running").toBe(0);
  await updateDestination(deps, system, id, { name: `hook ${++count}` });
  expect(await carry(), "nor after a change of the destination").toBe(0);
  harness.advance(61_000);
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
  await dead.drained();
  expect((await history(id))[0], "the late word of the dead changes nothing").toMatchObject({
    status: "sent",
  });
});

test("two at work at once send each delivery once", async () => {
  const receiver = await httpReceiver();
  for (let n = 0; n < 4; n++) await webhookTo(receiver.port);
  for (let n = 0; n < 5; n++) await openAlert(deps);
  const both = [makeDeliveryWorker(deps), makeDeliveryWorker(deps)];
  while (receiver.got.length < 20) {
    await Promise.all(both.map((one) => one.sendDue()));
    await pause(5);
  }
  await Promise.all(both.map((one) => one.drained()));
  expect(new Set(receiver.got.map(idOf)).size).toBe(20);
  expect(receiver.got).toHaveLength(20);
});

test("what was over 90 days ago is forgotten, what waits is not", async () => {
  const receiver = await httpReceiver();
  const { id } = (await webhookTo(receiver.port)).result;
  const away = await webhookTo(await closedPort());
  await openAlert(deps);
  await carry();
  expect(await makeDeliveryWorker(deps).deleteOld()).toBe(0);
  harness.advance(91 * 86_400 * 1000);
  expect(await makeDeliveryWorker(deps).deleteOld()).toBeGreaterThan(0);
  expect([await history(id), (await history(away.result.id)).map(({ status }) => status)]).toEqual([
    [],
    ["pending"],
  ]);
});

test("the database away in the middle loses nothing: it is sent again", async () => {
  const receiver = await httpReceiver();
  const { id } = (await webhookTo(receiver.port)).result;
  const errors: unknown[] = [];
  await openAlert(deps);
  const prisma = new Proxy(deps.db.prisma, {
    get: (target, name) => {
      if (name === "destination") throw new Error("away");
      return Reflect.get(target, name) as unknown;
    },
  });
  const broken = makeDeliveryWorker(
    { ...deps, db: { ...deps.db, prisma } },
    {
      onError: (error) => {
        errors.push(error);
      },
    },
  );
  expect(await broken.sendDue()).toBe(1);
  await broken.drained();
  expect([errors.length, receiver.got.length]).toEqual([1, 0]);
  harness.advance(61_000);
  expect(await carry()).toBe(1);
  expect((await history(id))[0]).toMatchObject({
    status: "sent",
    attempts: [{ ok: false }, { ok: true }],
  });
});
