import { dayMs, hourMs, minuteMs } from "@/lib/format/time-units";

const weekMs = 7 * dayMs;
/** The first Monday of Unix time: longer steps begin on a Monday. */
const firstMonday = 4 * dayMs;
const steps = [
  1_000,
  5_000,
  15_000,
  30_000,
  ...[1, 5, 15, 30].map((n) => n * minuteMs),
  ...[1, 3, 6, 12].map((n) => n * hourMs),
  dayMs,
  ...[1, 4, 13, 26, 52].map((n) => n * weekMs),
] as const;
const maxSteps = 60;

/** Equal steps over a span of time: `start`, `stepMs` and how many there are. Milliseconds. */
export type TimeSteps = Readonly<{ start: number; stepMs: number; count: number }>;

/** The shortest usual steps of which at most 60 cover the times from `first` to `last`, both inclusive. */
export function chooseTimeSteps(first: number, last: number): TimeSteps {
  for (const stepMs of steps) {
    const covering = cover(first, last, stepMs);
    if (covering.count <= maxSteps) return covering;
  }
  return cover(first, last, Math.ceil((last - first) / (maxSteps - 1) / weekMs) * weekMs);
}

function cover(first: number, last: number, stepMs: number): TimeSteps {
  const origin = stepMs >= weekMs ? firstMonday : 0;
  const start = Math.floor((first - origin) / stepMs) * stepMs + origin;
  return { start, stepMs, count: Math.floor((last - start) / stepMs) + 1 };
}
