import { describe, expect, test } from "vitest";
import { type Period, periodLabels, periods, timesOfPeriod, withoutPeriod } from "./period";

const now = new Date("2026-02-28T23:59:59.500Z");

describe("a period", () => {
  test.each<[Period, string, string | null]>([
    ["hour", "2026-02-28T22:59:59.500Z", null],
    ["24h", "2026-02-27T23:59:59.500Z", null],
    ["30d", "2026-01-29T23:59:59.500Z", null],
    ["today", "2026-02-28T00:00:00.000Z", null],
    ["this-month", "2026-02-01T00:00:00.000Z", null],
    ["last-month", "2026-01-01T00:00:00.000Z", "2026-01-31T23:59:59.999Z"],
    ["this-quarter", "2026-01-01T00:00:00.000Z", null],
    ["last-quarter", "2025-10-01T00:00:00.000Z", "2025-12-31T23:59:59.999Z"],
    ["this-year", "2026-01-01T00:00:00.000Z", null],
  ])("%s means the times from %s to %s", (period, from, to) => {
    expect(timesOfPeriod(period, now)).toEqual({ from, to });
  });

  test("of a query is replaced by its times, and times given with it are kept", () => {
    expect(withoutPeriod({ period: "last-month", q: "x" }, now)).toEqual({
      q: "x",
      from: "2026-01-01T00:00:00.000Z",
      to: "2026-01-31T23:59:59.999Z",
    });
    expect(withoutPeriod({ period: "last-month", to: "2026-01-05" }, now)).toEqual({
      from: "2026-01-01T00:00:00.000Z",
      to: "2026-01-05",
    });
    expect(withoutPeriod({ period: "", from: "2026-01-05" }, now)).toEqual({ from: "2026-01-05" });
    expect(withoutPeriod({ from: "2026-01-05" }, now)).toEqual({ from: "2026-01-05" });
  });

  test("has a name each", () => {
    expect(Object.keys(periodLabels)).toEqual(expect.arrayContaining([...periods]));
  });
});
