import type { MovedClock } from "./moved-clock";

/** What happens in the demonstration, by time. */
export type Schedule = Readonly<{
  /** Plans something, also while the schedule runs. What would be in the future never happens. */
  add: (at: number, work: () => Promise<unknown>) => void;
  /** Does everything in the order of its times, each with the clock moved to its time. */
  run: () => Promise<void>;
}>;

type Planned = Readonly<{ at: number; work: () => Promise<unknown> }>;

/** `end`: the real time, in milliseconds since 1970. */
export function makeSchedule(clock: MovedClock, end: number): Schedule {
  const planned: Planned[] = [];
  /** The latest is first, so that taking the next one moves nothing. */
  const placeOf = (at: number): number => {
    let low = 0,
      high = planned.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((planned[middle]?.at ?? 0) > at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    add: (at, work) => {
      if (at > end) return;
      // What is planned for a moment that has just passed happens at once.
      const time = Math.max(at, clock.now().getTime());
      planned.splice(placeOf(time), 0, { at: time, work });
    },
    run: async () => {
      for (let next = planned.pop(); next !== undefined; next = planned.pop()) {
        clock.moveTo(next.at);
        await next.work();
      }
    },
  };
}
