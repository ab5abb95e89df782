import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeVictims, plantedAttacks, type Attack } from "@/lib/alerts/testdata/attacks";
import {
  actorOf,
  day,
  healthyTraffic,
  makeFleet,
  makeRandom,
  type Act,
  type Member,
} from "@/lib/alerts/testdata/fleet";
import { allowed } from "@/lib/alerts/testdata/requests";
import { seedFleet } from "@/lib/alerts/testdata/seed-fleet";
import { openWatchStand, type WatchStand } from "@/lib/alerts/testdata/stand";

// A smaller play of the benchmark's: a hundred identities over five weeks, with everything that happens in a healthy house, and then every attack.
const begin = Date.UTC(2026, 8, 1),
  days = 35,
  end = begin + days * day,
  count = 12_000;
const random = makeRandom(4),
  fleet = makeFleet(random, 100),
  victims = makeVictims(end),
  dormant = {
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
let stand: WatchStand, attacks: Attack[];

beforeAll(async () => {
  stand = await openWatchStand(begin);
  const superuser = new pg.Client({ connectionString: stand.log.urls.superUrl });
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
afterAll(() => stand.close());

async function play(acts: readonly Act[]): Promise<void> {
  for (let n = 0; n < acts.length; n += 200) {
    await Promise.all(
      acts.slice(n, n + 200).map(({ at, actor, entry }) => {
        stand.setTime(at);
        return stand.record(actor, entry);
      }),
    );
  }
}

test("five weeks of healthy traffic raise no alert with the shipped defaults, and every request is counted", async () => {
  stand.setTime(begin - 60 * day);
  await stand.record(actorOf(dormant, "10.77.1.9"), allowed());
  const acts = healthyTraffic(random, fleet, { begin, days, count });
  await play(acts);
  await stand.watch();
  expect(await stand.alerts()).toEqual([]);
  const [counted] = await stand.query("select sum(count)::int as n from custody.tally");
  expect(counted).toEqual({ n: acts.length + 1 });
});

test("then every planted attack is caught by its rule, about the one it is about", async () => {
  for (const { acts } of attacks) await play(acts);
  await stand.watch();
  const found = (await stand.alerts()).map(({ rule, subject }) => `${rule} ${subject}`);
  expect(found).toEqual(
    expect.arrayContaining(attacks.map(({ rule, subject }) => `${rule} ${subject}`)),
  );
  // Whoever is somewhere new and beside its owner is found twice; nobody else is.
  const attacked = new Set(attacks.map(({ subject }) => subject)),
    copied = attacks.find(({ rule }) => rule === "several-networks")?.acts[0]?.actor.identityId;
  expect(found.filter((one) => !attacked.has(one.split(" ")[1] ?? ""))).toEqual([
    `first-network ${copied ?? ""}`,
  ]);
});
