import { afterAll, beforeAll, expect, test } from "vitest";
import { operatorActor, system } from "@/testing/actors";
import { openAlert } from "@/testing/delivery/alert";
import { openHarness, type Harness } from "@/testing/harness";
import { resolveAlert } from "./answer-alert";
import { listWorstAlerts } from "./list-alerts";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(() => harness.close());

test("the worst come first, among equals the newest, and what is resolved not at all", async () => {
  const ids: string[] = [];
  for (const severity of [
    "critical",
    "low",
    "high",
    "critical",
    "medium",
    "high",
    "critical",
  ] as const)
    ids.push(await openAlert(harness.deps, { severity }));
  await resolveAlert(harness.deps, system, ids[6] ?? "", { resolution: "fixed", comment: "gone" });
  const order = [3, 0, 5, 2, 4, 1].map((at) => ids[at]);
  const worst = async (most: number) =>
    (await listWorstAlerts(harness.deps, system, most)).map(({ id }) => id);
  expect(await worst(10)).toEqual(order);
  expect(await worst(3)).toEqual(order.slice(0, 3));
});

test("they are for those who may read alerts", async () => {
  await expect(
    listWorstAlerts(harness.deps, operatorActor({ role: "service" }), 3),
  ).rejects.toMatchObject({ code: "forbidden" });
});
