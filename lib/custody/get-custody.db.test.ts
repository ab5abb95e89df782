import { hourMs } from "@/lib/format/time-units";
import { afterAll, beforeAll, expect, test } from "vitest";
import { operatorActor } from "@/testing/actors";
import { openAlertHarness, type Person, type AlertHarness } from "@/testing/alerts/alert-harness";
import { allowed, denied } from "@/testing/alerts/requests";
import { getCustody } from "./get-custody";
import { custodyRange, type CustodyHours } from "./range";

let fixture: AlertHarness;
let person: Person;
const now = Date.UTC(2026, 8, 20, 12, 10);
beforeAll(async () => {
  fixture = await openAlertHarness();
  person = await fixture.makeIdentity("billing-worker");
});
afterAll(() => fixture.close());

test.each<CustodyHours>([720, 168, 24, 1])(
  "%d hours: what happened in the first minute that is named counts everywhere on the page, and what happened a minute before nowhere",
  async (hours) => {
    const { from, stepHours } = custodyRange(hours, new Date(now));
    const lately = `192.0.${hours % 200}.1`;
    const before = `198.51.${hours % 200}.1`;
    for (const [at, ip] of [
      [from.getTime() - 60_000, before],
      [from.getTime(), lately],
    ] as const) {
      fixture.setTime(at);
      await fixture.record(fixture.actorOf(person, ip), allowed());
      await fixture.record(fixture.actorOf(person, ip), denied("certificate.revoked"));
    }
    await fixture.watch();
    fixture.setTime(now);
    const view = await getCustody(fixture.log.deps, operatorActor(), { hours });
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
