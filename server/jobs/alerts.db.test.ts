import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Deps } from "@/lib/deps";
import { startSequencer, type Running } from "@/lib/log/sequencer";
import { denied } from "@/lib/alerts/testdata/requests";
import { openWatchStand, type Person, type WatchStand } from "@/lib/alerts/testdata/stand";
import { seekLeadership, type Leadership } from "@/lib/upkeep/lead";
import type { DoorLog } from "@/server/listeners/door-log";
import { startAlerts, type Alerts } from "./alerts";

const said: string[] = [],
  log = {
    debug() {},
    info() {},
    warn: (text: string) => {
      said.push(text);
    },
    error() {},
  } as unknown as DoorLog;
type Door = Readonly<{ alerts: Alerts; leadership: Leadership; stop: () => Promise<void> }>;
let stand: WatchStand, sequencer: Running, doors: Door[], person: Person;

/** What a door runs of this: the job, and the search for who leads. */
function openDoor(): Door {
  const deps = { ...stand.log.deps, clock: { now: () => new Date() } } as unknown as Deps,
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
  (await stand.alerts())
    .filter(({ rule }) => rule === "revoked-used")
    .reduce((sum, { count }) => sum + count, 0);
const use = (): Promise<void> =>
  stand.record(stand.actorOf(person, "10.1.2.3"), denied("certificate.revoked"));

beforeEach(async () => {
  stand = await openWatchStand();
  stand.setTime(Date.now());
  person = await stand.makeIdentity("worker");
  sequencer = startSequencer(stand.log.deps.db);
  doors = [openDoor(), openDoor()];
});
afterEach(async () => {
  await Promise.all(doors.map((door) => door.stop()));
  await sequencer.stop();
  await stand.close();
});

test("of two doors one reads for both, and when it goes away the other goes on where it was", async () => {
  await until(() => doors.some(({ leadership }) => leadership.leading()));
  for (let n = 1; n <= 4; n += 1) await use();
  await until(async () => (await struck()) === 4);
  const leader = doors.find(({ leadership }) => leadership.leading());
  expect(doors.filter(({ leadership }) => leadership.leading())).toHaveLength(1);
  await leader?.stop();
  for (let n = 1; n <= 4; n += 1) await use();
  await until(async () => (await struck()) === 8);
  expect(await stand.alerts()).toHaveLength(1);
  doors = doors.filter((door) => door !== leader);
});

test("what happened while nobody led is found when somebody does", async () => {
  await Promise.all(doors.map((door) => door.stop()));
  for (let n = 1; n <= 3; n += 1) await use();
  doors = [openDoor()];
  await until(async () => (await struck()) === 3);
  expect(said).toContain("alerts: 1 opened");
});
