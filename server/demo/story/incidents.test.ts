import { expect, test } from "vitest";
import { historyDays, isWorkingDay, makeCalendar } from "@/server/demo/calendar";
import type { Stage } from "@/server/demo/stage";
import { pastIncidents } from "./incidents";

const week = Array.from({ length: 7 }, (_none, day) => Date.UTC(2026, 10, 30 + day, 10, 15));

test.each(week)(
  "the events of an incident are planned in order, whatever the weekday: %#",
  (end) => {
    const calendar = makeCalendar(end);
    const told = pastIncidents.map((plan) => {
      const times: number[] = [];
      plan({ calendar, schedule: { add: (at: number) => times.push(at) } } as unknown as Stage);
      return times;
    });
    expect(told.flat().length).toBeGreaterThan(20);
    for (const times of told) {
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times.at(-1)).toBeLessThan(end);
    }
  },
);

test.each(week)("the next working day follows the day asked about and is one: %#", (end) => {
  const calendar = makeCalendar(end);
  for (let day = 0; day < historyDays; day += 1) {
    const time = calendar.at(day, 16, 30);
    const next = calendar.nextAtWork(time, 9, 14);
    expect(isWorkingDay(next)).toBe(true);
    expect(next - time).toBeGreaterThan(16 * 3_600_000);
    expect(next - time).toBeLessThan(3 * 86_400_000);
  }
});
