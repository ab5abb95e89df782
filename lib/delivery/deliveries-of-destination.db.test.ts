import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Deps } from "@/lib/runtime/deps";
import { operatorActor, system } from "@/testing/actors";
import { openAlert } from "@/testing/delivery/alert";
import { delivering, endDeliveries } from "@/testing/delivery/delivering";
import { closedPort, httpReceiver } from "@/testing/delivery/receivers";
import { openHarness, type Harness } from "@/testing/harness";
import { createDestination } from "./create-destination";
import { makeDeliveryWorker } from "./delivery-worker";
import { listDeliveries } from "./read-deliveries";
import { removeDestination } from "./remove-destination";
import { retryDestination } from "./retry-destination";
import { getDestination } from "./read-destinations";
import type { DestinationInput } from "./schema";
import { testDestination } from "./test-destination";
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

test("what waits while a destination is paused goes when it is resumed; what waits when it is removed is given up and its secret forgotten", async () => {
  const receiver = await httpReceiver();
  const kept = await webhookTo(receiver.port);
  const gone = await webhookTo(receiver.port);
  await openAlert(deps);
  for (const {
    result: { id },
  } of [kept, gone])
    await updateDestination(deps, system, id, { status: "paused" });
  expect(await carry()).toBe(0);
  await removeDestination(deps, system, gone.result.id, { comment: "" });
  await updateDestination(deps, system, kept.result.id, { status: "active" });
  expect(await carry()).toBe(1);
  expect((await history(gone.result.id))[0]).toMatchObject({ status: "failed", attempts: [] });
  expect(
    (await deps.db.prisma.destination.findUniqueOrThrow({ where: { id: gone.result.id } })).sealed,
  ).toBeNull();
});

test("a destination that is fixed is tried again at once", async () => {
  const receiver = await httpReceiver();
  const { id } = (await webhookTo(await closedPort())).result;
  await openAlert(deps);
  for (const wait of [2, 6, 31, 121]) {
    await carry();
    harness.advance(wait * 1000);
  }
  await carry();
  await updateDestination(deps, system, id, {
    config: { kind: "webhook", url: `http://127.0.0.1:${receiver.port}/`, ca: "" },
  });
  expect(await carry()).toBe(1);
  expect((await history(id))[0]?.status).toBe("sent");
});

test("what waits is sent at once when a user asks for it, with an entry that counts it", async () => {
  let statusCode = 503;
  const receiver = await httpReceiver((_, response) => {
    response.writeHead(statusCode).end();
  });
  const { id } = (await webhookTo(receiver.port)).result;
  await openAlert(deps);
  for (const wait of [2, 6, 31, 121]) {
    await carry();
    harness.advance(wait * 1000);
  }
  await carry();
  expect(await carry()).toBe(0);
  const waiting = await getDestination(deps, system, id);
  expect(waiting).toMatchObject({ waiting: 1, lastSentAt: null, last: { ok: false } });
  expect(Date.parse(waiting.nextAt ?? "")).toBeGreaterThan(deps.clock.now().getTime());
  expect(Date.parse(waiting.waitingSince ?? "")).toBeLessThan(deps.clock.now().getTime());
  statusCode = 200;
  const { result, entries } = await harness.during(() => retryDestination(deps, system, id));
  expect(entries).toMatchObject([
    { action: "destination.retried", target: { id }, details: { count: 1 } },
  ]);
  expect(result.entryId).toBe(entries[0]?.id);
  expect(await carry()).toBe(1);
  expect((await history(id))[0]?.status).toBe("sent");
  const sent = await getDestination(deps, system, id);
  expect(sent).toMatchObject({ waiting: 0, waitingSince: null, nextAt: null, last: { ok: true } });
  expect(sent.lastSentAt).not.toBeNull();
});

test("nothing is retried without a record, for other roles, while paused, or after the removal", async () => {
  const { id, name } = (await webhookTo(await closedPort())).result;
  await openAlert(deps);
  await carry();
  const nextAt = async () => (await getDestination(deps, system, id)).nextAt;
  const before = await nextAt();
  for (const role of ["operator", "auditor", "approver"] as const)
    await expect(retryDestination(deps, operatorActor({ role }), id)).rejects.toMatchObject({
      code: "forbidden",
    });
  await harness.withoutRecord(async () => {
    await expect(retryDestination(deps, system, id)).rejects.toMatchObject({
      code: "record.unavailable",
    });
  });
  expect(await nextAt()).toBe(before);
  await updateDestination(deps, system, id, { status: "paused" });
  await expect(retryDestination(deps, system, id)).rejects.toMatchObject({
    code: "destination.paused",
    message: `${name} is paused. Resume it to send what waits.`,
  });
  await removeDestination(deps, system, id, { comment: "" });
  await expect(retryDestination(deps, system, id)).rejects.toMatchObject({
    code: "destination.not-found",
  });
  await expect(retryDestination(deps, system, "dst_none")).rejects.toMatchObject({
    code: "destination.not-found",
  });
});

test("a notification that is being sent is not sent a second time by a retry", async () => {
  const receiver = await httpReceiver();
  const { id } = (await webhookTo(receiver.port)).result;
  await openAlert(deps);
  const courier = makeDeliveryWorker(deps);
  expect(await courier.sendDue()).toBe(1);
  const { entries } = await harness.during(() => retryDestination(deps, system, id));
  expect(entries).toMatchObject([{ details: { count: 0 } }]);
  expect(await carry()).toBe(0);
  await courier.drained();
  expect(receiver.got).toHaveLength(1);
});

test("a secret that does not open keeps the delivery, says why, and goes out once it is entered again", async () => {
  const receiver = await httpReceiver();
  const { id } = (await webhookTo(receiver.port)).result;
  await openAlert(deps);
  await makeOther().turnAll();
  expect((await history(id))[0]).toMatchObject({
    status: "pending",
    attempts: [
      { ok: false, answer: expect.stringMatching(/encrypted with another key/) as unknown },
    ],
  });
  expect(receiver.got).toEqual([]);
});
function makeOther() {
  const courier = makeDeliveryWorker({
    ...deps,
    delivery: { key: new Uint8Array(randomBytes(32)), allow: deps.delivery?.allow ?? [] },
  });
  return {
    turnAll: async () => {
      await courier.sendDue();
      await courier.drained();
    },
  };
}

test("a test notification is sent at once, even to a paused destination, is not retried, and is recorded", async () => {
  const receiver = await httpReceiver();
  const { id } = (await webhookTo(receiver.port)).result;
  await updateDestination(deps, system, id, { status: "paused" });
  const { result, entries } = await harness.during(() => testDestination(deps, system, id));
  expect(result.result).toMatchObject({
    ok: true,
    answer: "200 OK",
    delivery: { reason: "test", status: "sent", alert: null },
  });
  expect(entries.filter(({ action }) => action === "destination.tested")).toMatchObject([
    { target: { id }, details: { deliveryId: result.result.delivery.id } },
  ]);
  expect(JSON.parse(receiver.got[0]?.body ?? "")).toMatchObject({
    type: "test",
    deliveryId: result.result.delivery.id,
  });
  await receiver.close();
  expect((await testDestination(deps, system, id)).result).toMatchObject({
    ok: false,
    delivery: { status: "failed", attempts: [{ n: 1, ok: false }] },
  });
  await updateDestination(deps, system, id, { status: "active" });
  harness.advance(100_000);
  expect(await carry()).toBe(0);
});

test("a test notification whose process died has failed, and no other process sends it", async () => {
  const { id } = (await webhookTo(await closedPort())).result;
  const now = deps.clock.now().toISOString();
  await harness.as(
    "app",
    `begin; ${entryFor(id, "destination.tested")};
      insert into delivery (id, destination_id, reason, status, attempts, next_at, created_at) values ('dlv_dead', '${id}', 'test', 'pending', 1, '${now}', '${now}'); commit`,
  );
  await deps.db.pool.query(
    "insert into delivery_attempt (delivery_id, n, at, ok, answer, milliseconds) values ('dlv_dead', 1, $1, false, 'Interrupted before a response arrived.', -1)",
    [deps.clock.now()],
  );
  harness.advance(61_000);
  expect(await carry()).toBe(0);
  expect(await history(id)).toMatchObject([
    {
      status: "failed",
      attempts: [{ answer: "Interrupted before a response arrived.", milliseconds: 0 }],
    },
  ]);
});
