import { afterAll, beforeAll, expect, test } from "vitest";
import { testActor } from "@/lib/log/testdata/actor";
import { openWatchStand, type Person, type WatchStand } from "@/lib/alerts/testdata/stand";
import { allowed, denied } from "@/lib/alerts/testdata/requests";
import { getCustody } from "./get-custody";
import { custodyRange, hourMs, type CustodyHours } from "./range";

let stand: WatchStand, person: Person;
const now = Date.UTC(2026, 8, 20, 12, 10);
beforeAll(async () => {
  stand = await openWatchStand();
  person = await stand.makeIdentity("billing-worker");
});
afterAll(() => stand.close());

test.each<CustodyHours>([720, 168, 24, 1])(
  "%d hours: what happened in the first minute that is named counts everywhere on the page, and what happened a minute before nowhere",
  async (hours) => {
    const { from, stepHours } = custodyRange(hours, new Date(now)),
      lately = `192.0.${hours % 200}.1`,
      before = `198.51.${hours % 200}.1`;
    for (const [at, ip] of [
      [from.getTime() - 60_000, before],
      [from.getTime(), lately],
    ] as const) {
      stand.setTime(at);
      await stand.record(stand.actorOf(person, ip), allowed());
      await stand.record(stand.actorOf(person, ip), denied("certificate.revoked"));
    }
    await stand.watch();
    stand.setTime(now);
    const view = await getCustody(stand.log.deps, testActor(), { hours });
    expect(view).toMatchObject({ from: from.toISOString(), hours, stepHours });
    expect(view.uses.map(({ network }) => network)).toEqual([lately.replace(/1$/, "0/24")]);
    expect(view.totals).toEqual({ allowed: 1, denied: 1, failed: 0, identities: 1, networks: 1 });
    expect(view.outcomes[0]).toEqual({ at: from.toISOString(), allowed: 1, denied: 1, failed: 0 });
    expect(view.refusals).toMatchObject([{ code: "certificate.revoked", count: 1 }]);
    expect(view.byNetworks).toMatchObject([{ networks: 1 }]);
    expect(
      view.outcomes.every(
        ({ at }, n) => Date.parse(at) === from.getTime() + n * stepHours * hourMs,
      ),
    ).toBe(true);
    expect(Date.parse(view.outcomes.at(-1)?.at ?? "")).toBeLessThanOrEqual(now);
  },
);
