import { describe, expect, test } from "vitest";
import { afterOf, beforeOf, dayFrom, dayUntil } from "./expiry-dates";

describe("days as filters of the expiration", () => {
  test("begin and end at midnight UTC, and the last day is included", () => {
    expect(afterOf("2026-11-01")).toBe("2026-11-01T00:00:00.000Z");
    expect(beforeOf("2026-11-30")).toBe("2026-12-01T00:00:00.000Z");
    expect(beforeOf("2028-02-28")).toBe("2028-02-29T00:00:00.000Z");
  });
  test.each([
    "2026-02-30",
    "2026-13-01",
    "2026-1-1",
    "01.11.2026",
    "tomorrow",
    "",
    "2026-11-01T10",
  ])("%s is no day", (text) => {
    expect(afterOf(text)).toBeNull();
    expect(beforeOf(text)).toBeNull();
  });
  test("are shown as the days that were entered", () => {
    for (const day of ["2026-01-01", "2026-02-28", "2028-02-29", "2026-12-31"]) {
      expect(dayFrom(afterOf(day) ?? "")).toBe(day);
      expect(dayUntil(beforeOf(day) ?? "")).toBe(day);
    }
  });
  test("a time that a link has stays as it is", () => {
    for (const text of ["2026-11-01T10:00:00Z", "2026-11-01T10:00:00+02:00"])
      for (const read of [dayFrom, dayUntil, afterOf, beforeOf]) expect(read(text)).toBe(text);
  });
  test("what is neither is shown as it is", () => {
    expect(dayFrom("whenever")).toBe("whenever");
    expect(dayUntil("whenever")).toBe("whenever");
  });
});
