import { expect, test } from "vitest";
import { stepLabel } from "./step-label";

const at = (hour: string, day = 23) => `2026-11-${day}T${hour}:00:00.000Z`;

test.each([
  [1, at("11"), at("12"), "UTC", "11:00 to 12:00"],
  [1, at("12"), at("12"), "UTC", "12:00 to now"],
  [1, at("11"), at("12"), "Asia/Kolkata", "16:30 to 17:30"],
  [1, at("23", 22), at("00"), "UTC", "23:00 to 00:00"],
  [24, at("14", 22), at("14"), "UTC", "11-22 14:00"],
  [24, at("00"), at("14"), "UTC", "00:00"],
  [24, at("23", 22), at("14"), "Europe/Berlin", "00:00"],
  [168, at("06", 20), at("12"), "UTC", "11-20 06:00"],
  [168, at("06"), at("12"), "UTC", "11-23 06:00"],
  [720, at("00"), at("00"), "UTC", "11-23"],
  // A day is counted in UTC: no other zone may call it by the day before.
  [720, at("00"), at("00"), "America/New_York", "11-23"],
])(
  "of %d hours the step from %s (last %s) in %s is called %s",
  (hours, from, last, zone, label) => {
    expect(stepLabel(from, { hours, last, zone })).toBe(label);
  },
);

test("all steps of a day have different labels", () => {
  const steps = Array.from({ length: 25 }, (_, n) =>
      new Date(Date.UTC(2026, 10, 22, 12 + n)).toISOString(),
    ),
    last = steps.at(-1) ?? "";
  expect(new Set(steps.map((step) => stepLabel(step, { hours: 24, last, zone: "UTC" }))).size).toBe(
    25,
  );
});
