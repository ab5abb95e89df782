import type { Clock } from "@/lib/runtime/clock";

/** A clock that stands still until it is moved on. */
export type MovedClock = Clock &
  Readonly<{
    /** Milliseconds since 1970. Throws for a time that has passed already, or is still to come. */
    moveTo: (time: number) => void;
  }>;

/**
 * The clock while demonstration data are made: it begins at `start` and ends at `end`, the real
 * time, at the latest. It never goes back, so that entries are dated in the order of the log.
 */
export function makeMovedClock(start: number, end: number): MovedClock {
  if (!(start <= end)) throw new Error("A moved clock begins in the past.");
  let time = start;
  return {
    now: () => new Date(time),
    moveTo: (next) => {
      if (!(next >= time)) throw new Error("The clock of the demonstration data went back.");
      if (next > end) throw new Error("The clock of the demonstration data is in the future.");
      time = next;
    },
  };
}
