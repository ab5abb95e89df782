import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeVictims, plantedAttacks, type Attack } from "@/testing/alerts/attacks";
import {
  actorOf,
  day,
  healthyTraffic,
  makeFleet,
  makeRandom,
  type Act,
  type Member,
} from "@/testing/alerts/fleet";
import { allowed } from "@/testing/alerts/requests";
import { seedFleet } from "@/testing/alerts/seed-fleet";
import { openAlertHarness, type AlertHarness } from "@/testing/alerts/alert-harness";

// A smaller play of the benchmark's: a hundred identities over five weeks, with everything that
// happens in a healthy house, and then every attack.
const begin = Date.UTC(2026, 8, 1);
const days = 35;
const end = begin + days * day;
const count = 12_000;
const random = makeRandom(4);
const fleet = makeFleet(random, 100);
const victims = makeVictims(end);
const dormant = {
  ...(fleet[0] as Member),
  id: "idn_dormant",
  name: "forgotten",
  credential: {
    ...actorOf(fleet[0] as Member, "10.0.0.1").credential,
    certificateId: "crt_dormant",
    serial: "4".repeat(32),
    fingerprintSha256: "d".repeat(64),
  },
  successor: null,
} as Member;
let fixture: AlertHarness;
let attacks: Attack[];

beforeAll(async () => {
  fixture = await openAlertHarness(begin);
  const superuser = new pg.Client({ connectionString: fixture.log.urls.superUrl });
  await superuser.connect();
  await seedFleet(
    (sql, values = []) => superuser.query(sql, [...values]),
    [...fleet, dormant],
    Object.values(victims),
    { begin, end },
  );
  await superuser.end();
  attacks = plantedAttacks(fleet, victims, dormant, end);
});
afterAll(() => fixture.close());

async function play(acts: readonly Act[]): Promise<void> {
  for (let n = 0; n < acts.length; n += 200) {
    await Promise.all(
      acts.slice(n, n + 200).map(({ at, actor, entry }) => {
        fixture.setTime(at);
        return fixture.record(actor, entry);
      }),
    );
  }
}

test("five weeks of healthy traffic raise no alert with the shipped defaults, and every request is counted", async () => {
  fixture.setTime(begin - 60 * day);
  await fixture.record(actorOf(dormant, "10.77.1.9"), allowed());
  const acts = healthyTraffic(random, fleet, { begin, days, count });
  await play(acts);
  await fixture.watch();
  expect(await fixture.alerts()).toEqual([]);
  const [counted] = await fixture.query("select sum(count)::int as n from custody.tally");
  expect(counted).toEqual({ n: acts.length + 1 });
});

test("then every planted attack is caught by its rule, about the one it is about", async () => {
  for (const { acts } of attacks) await play(acts);
  await fixture.watch();
  const found = (await fixture.alerts()).map(({ rule, subject }) => `${rule} ${subject}`);
  expect(found).toEqual(
    expect.arrayContaining(attacks.map(({ rule, subject }) => `${rule} ${subject}`)),
  );
  // A certificate used in a new network while its owner uses it raises two alerts; no other does.
  const attacked = new Set(attacks.map(({ subject }) => subject));
  const copied = attacks.find(({ rule }) => rule === "several-networks")?.acts[0]?.actor.identityId;
  expect(found.filter((one) => !attacked.has(one.split(" ")[1] ?? ""))).toEqual([
    `first-network ${copied ?? ""}`,
  ]);
});
