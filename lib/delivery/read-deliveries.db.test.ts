import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Severity } from "@/lib/alerts/schema";
import type { Deps } from "@/lib/runtime/deps";
import { operatorActor, system } from "@/testing/actors";
import { openAlert } from "@/testing/delivery/alert";
import { delivering, endDeliveries } from "@/testing/delivery/delivering";
import { closedPort, httpReceiver } from "@/testing/delivery/receivers";
import { openHarness, type Harness } from "@/testing/harness";
import { createDestination } from "./create-destination";
import { makeDeliveryWorker } from "./delivery-worker";
import { listAlertDeliveries } from "./read-deliveries";
import { removeDestination } from "./remove-destination";
import { updateDestination } from "./update-destination";

let harness: Harness;
let deps: Deps;
let count = 0;
beforeAll(async () => {
  harness = await openHarness();
  deps = delivering(harness.deps);
});
afterAll(() => harness.close());
afterEach(() => endDeliveries(deps));

const hook = (port: number, minSeverity: Severity = "low") =>
  createDestination(deps, system, {
    name: `hook ${++count}`,
    config: { kind: "webhook", url: `http://127.0.0.1:${port}/a-secret-path`, ca: "" },
    minSeverity,
  });
const carry = async (): Promise<void> => {
  const courier = makeDeliveryWorker(deps);
  await courier.sendDue();
  await courier.drained();
};
const operator = operatorActor({ role: "operator" });

test("an alert has its own deliveries alone, with their attempts, what came back and when the next one is; an operator sees names, not addresses or secrets", async () => {
  const receiver = await httpReceiver();
  const good = await hook(receiver.port);
  const away = await hook(await closedPort());
  await openAlert(deps);
  const id = await openAlert(deps, { severity: "high" });
  await carry();
  await carry();
  const { items, takers, nextCursor } = await listAlertDeliveries(deps, operator, id);
  const of = (destination: string) => items.filter((one) => one.destination.id === destination);
  expect([items.length, takers, nextCursor]).toEqual([2, 2, null]);
  expect(of(good.result.id)).toEqual([
    expect.objectContaining({
      status: "sent",
      reason: "opened",
      nextAt: null,
      destination: {
        id: good.result.id,
        name: good.result.name,
        kind: "webhook",
        status: "active",
      },
      attempts: [expect.objectContaining({ ok: true, answer: "200 OK" })],
    }),
  ]);
  expect(of(away.result.id)).toEqual([
    expect.objectContaining({
      status: "pending",
      nextAt: expect.stringMatching(/Z$/) as string,
      attempts: [
        expect.objectContaining({ ok: false, answer: expect.stringMatching(/refused/) as string }),
      ],
    }),
  ]);
  expect(JSON.stringify(items)).not.toContain("a-secret-path");
});

test("deliveries that wait at a paused destination are listed as pending, those of a removed one as failed", async () => {
  const port = await closedPort();
  const paused = await hook(port);
  const removed = await hook(port);
  const id = await openAlert(deps);
  await updateDestination(deps, system, paused.result.id, { status: "paused" });
  await removeDestination(deps, system, removed.result.id, { comment: "" });
  const { items, takers } = await listAlertDeliveries(deps, operator, id);
  expect(
    new Set(
      items.map(({ destination, status }) => `${destination.id} ${destination.status} ${status}`),
    ),
  ).toEqual(new Set([`${paused.result.id} paused pending`, `${removed.result.id} removed failed`]));
  expect(takers, "neither is active").toBe(0);
});

test("pages of it have everything once", async () => {
  for (let n = 0; n < 5; n++) await hook(1);
  const id = await openAlert(deps);
  const all = (await listAlertDeliveries(deps, operator, id)).items.map((one) => one.id);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await listAlertDeliveries(deps, operator, id, {
      limit: 2,
      ...(cursor === undefined ? {} : { cursor }),
    });
    seen.push(...items.map((one) => one.id));
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual(all);
  expect(seen).toHaveLength(5);
});

test.each<[Severity, Severity, number]>([
  ["low", "medium", 0],
  ["medium", "high", 0],
  ["high", "critical", 0],
  ["high", "high", 1],
  ["critical", "low", 1],
])("for a %s alert a destination of %s and above counts %d", async (severity, least, takers) => {
  await hook(1, least);
  const list = await listAlertDeliveries(deps, operator, await openAlert(deps, { severity }));
  expect([list.takers, list.items.length]).toEqual([takers, takers]);
});

test("of an alert that there is not, and for those who may not read alerts, there is nothing", async () => {
  await expect(listAlertDeliveries(deps, operator, "alr_none")).rejects.toMatchObject({
    code: "alert.not-found",
  });
  await expect(
    listAlertDeliveries(deps, operatorActor({ role: "service" }), await openAlert(deps)),
  ).rejects.toMatchObject({ code: "forbidden" });
});
