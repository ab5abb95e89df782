import { describe, expect, test } from "vitest";
import { chooseTimeSteps } from "./time-steps";

const at = (iso: string): number => Date.parse(iso);

describe("steps of time", () => {
  test.each([
    ["2026-01-01T10:00:00.400Z", "2026-01-01T10:00:00.400Z", 1_000, 1, "2026-01-01T10:00:00.000Z"],
    ["2026-01-01T10:00:00Z", "2026-01-01T10:00:59Z", 1_000, 60, "2026-01-01T10:00:00.000Z"],
    ["2026-01-01T10:00:03Z", "2026-01-01T10:01:03Z", 5_000, 13, "2026-01-01T10:00:00.000Z"],
    ["2026-01-01T10:07:00Z", "2026-01-02T10:07:00Z", 1_800_000, 49, "2026-01-01T10:00:00.000Z"],
    ["2026-01-01T10:07:00Z", "2026-01-30T10:07:00Z", 43_200_000, 59, "2026-01-01T00:00:00.000Z"],
  ])("from %s to %s are %i ms, %i of them, from %s", (first, last, stepMs, count, start) => {
    expect(chooseTimeSteps(at(first), at(last))).toEqual({ stepMs, count, start: at(start) });
  });

  test("of a week or longer begin on a Monday", () => {
    const { start, stepMs } = chooseTimeSteps(at("2026-01-01"), at("2026-12-31"));
    expect(stepMs).toBe(7 * 86_400_000);
    expect(new Date(start).getUTCDay()).toBe(1);
  });

  test("cover any span with at most 60, the last moment included", () => {
    for (const last of ["1970-01-01T00:00:01Z", "1999-01-01", "2026-06-05", "9999-12-31"]) {
      const { start, stepMs, count } = chooseTimeSteps(0, at(last));
      expect(count).toBeLessThanOrEqual(60);
      expect(start).toBeLessThanOrEqual(0);
      expect(start + stepMs * count).toBeGreaterThan(at(last));
    }
  });
});
