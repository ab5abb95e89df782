import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeChecks, type Checks } from "@/lib/alerts/run-checks";
import { operatorActor } from "@/testing/actors";
import { allowed } from "@/testing/alerts/requests";
import { openAlertHarness, type AlertHarness } from "@/testing/alerts/alert-harness";

const minute = 60_000;
const admin = operatorActor({ role: "admin" });
let fixture: AlertHarness;
let checks: Checks;
beforeEach(async () => {
  fixture = await openAlertHarness();
  checks = makeChecks(fixture.log.deps);
});
afterEach(() => fixture.close());

describe("a clock that is off", () => {
  const step = async (ms: number): Promise<void> => {
    await fixture.record(admin, allowed());
    fixture.setTime(fixture.now() + ms);
    await fixture.record(admin, allowed());
    await fixture.log.sequence();
  };

  test("and goes back by an hour opens an alert that names both entries", async () => {
    await step(-60 * minute);
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
    const [alert] = await fixture.alerts();
    expect(alert).toMatchObject({ rule: "clock-off", severity: "high", subject: "log" });
    expect(alert?.summary).toMatch(/^Entry \d+ is dated .* before the earlier entry \d+\.$/);
  });

  test.each([
    ["goes back by less than clocks differ", -4 * minute],
    ["goes on", 60 * minute],
  ])("and %s opens none", async (_what, ms) => {
    await step(ms);
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
  });

  test("and ran ahead opens one once it is right again, which stays until a person resolves it", async () => {
    await step(60 * minute);
    expect((await checks.run()).opened).toBe(0);
    await step(-60 * minute);
    expect(await checks.run()).toEqual({ opened: 1, closed: 0 });
    await fixture.record(admin, allowed());
    await fixture.log.sequence();
    expect(await checks.run()).toEqual({ opened: 0, closed: 0 });
    expect(await fixture.alerts()).toMatchObject([{ rule: "clock-off", status: "open" }]);
  });
});
