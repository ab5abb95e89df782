import { hourMs } from "@/lib/format/time-units";
import { describe, expect, test } from "vitest";
import { custodyRange, type CustodyHours } from "./range";

describe("custody counts from a whole step on, so that nothing of the time asked for is missing", () => {
  test.each<[CustodyHours, string, string, number]>([
    [1, "2026-11-23T12:00:00.000Z", "2026-11-23T11:00:00.000Z", 1],
    [1, "2026-11-23T12:59:59.999Z", "2026-11-23T11:00:00.000Z", 1],
    [24, "2026-11-23T12:10:00.000Z", "2026-11-22T12:00:00.000Z", 1],
    [168, "2026-11-23T12:10:00.000Z", "2026-11-16T12:00:00.000Z", 6],
    [168, "2026-11-23T11:59:00.000Z", "2026-11-16T06:00:00.000Z", 6],
    [720, "2026-11-23T12:10:00.000Z", "2026-10-24T00:00:00.000Z", 24],
    [720, "2026-03-01T00:00:00.000Z", "2026-01-30T00:00:00.000Z", 24],
  ])("%d hours until %s are counted from %s", (hours, now, from, stepHours) => {
    expect(custodyRange(hours, new Date(now))).toEqual({ from: new Date(from), stepHours });
  });

  test.each<CustodyHours>([1, 24, 168, 720])(
    "%d hours: at least that, and less than a step more, whatever the minute",
    (hours) => {
      for (let minute = 0; minute < 3_000; minute += 7) {
        const now = new Date(Date.UTC(2026, 10, 23) + minute * 60_000);
        const { from, stepHours } = custodyRange(hours, now);
        const covered = now.getTime() - from.getTime();
        expect(covered).toBeGreaterThanOrEqual(hours * hourMs);
        expect(covered).toBeLessThan((hours + stepHours) * hourMs);
        expect(from.getTime() % (stepHours * hourMs)).toBe(0);
      }
    },
  );
});
