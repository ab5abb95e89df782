import { withParts } from "@/testing/recorder";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Running, startSequencer } from "@/lib/log/sequence/sequencer";
import { type Leadership, seekLeadership } from "@/lib/maintenance/leadership";
import type { Deps } from "@/lib/runtime/deps";
import type { Logger } from "@/lib/runtime/logger";
import { denied } from "@/testing/alerts/requests";
import { openAlertHarness, type Person, type AlertHarness } from "@/testing/alerts/alert-harness";
import { type AlertJobs, startAlerts } from "./alerts";

const said: string[] = [],
  log = {
    debug() {},
    info() {},
    warn: (text: string) => {
      said.push(text);
    },
    error() {},
  } as unknown as Logger;
type Node = Readonly<{ alerts: AlertJobs; leadership: Leadership; stop: () => Promise<void> }>;
let fixture: AlertHarness, sequencer: Running, nodes: Node[], person: Person;

/** What a gateway runs of this: the job, and the search for who leads. */
function startNode(): Node {
  const deps = withParts(fixture.log.deps, {
      clock: { now: () => new Date() },
    }) as unknown as Deps,
    alerts = startAlerts(deps, log),
    leadership = seekLeadership(deps, "test alerts", alerts.lead);
  return {
    alerts,
    leadership,
    stop: async () => {
      await leadership.stop();
      await alerts.stop();
    },
  };
}
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await pause(10);
}
const struck = async (): Promise<number> =>
  (await fixture.alerts())
    .filter(({ rule }) => rule === "revoked-used")
    .reduce((sum, { count }) => sum + count, 0);
const use = (): Promise<void> =>
  fixture.record(fixture.actorOf(person, "10.1.2.3"), denied("certificate.revoked"));

beforeEach(async () => {
  fixture = await openAlertHarness();
  fixture.setTime(Date.now());
  person = await fixture.makeIdentity("worker");
  sequencer = startSequencer(fixture.log.deps.db);
  nodes = [startNode(), startNode()];
});
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await sequencer.stop();
  await fixture.close();
});

test("of two gateways one evaluates alerts for both, and when it stops the other continues where it was", async () => {
  await until(() => nodes.some(({ leadership }) => leadership.leading()));
  for (let n = 1; n <= 4; n += 1) await use();
  await until(async () => (await struck()) === 4);
  const leader = nodes.find(({ leadership }) => leadership.leading());
  expect(nodes.filter(({ leadership }) => leadership.leading())).toHaveLength(1);
  await leader?.stop();
  for (let n = 1; n <= 4; n += 1) await use();
  await until(async () => (await struck()) === 8);
  expect(await fixture.alerts()).toHaveLength(1);
  nodes = nodes.filter((node) => node !== leader);
});

test("entries written while no gateway led are evaluated by the next leader", async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  for (let n = 1; n <= 3; n += 1) await use();
  nodes = [startNode()];
  await until(async () => (await struck()) === 3);
  expect(said).toContain("alerts: opened 1");
});
