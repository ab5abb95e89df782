import type { Clock } from "@/lib/runtime/clock";

/** The real time, until a test moves or sets it. */
export type TestClock = Clock &
  Readonly<{
    /** Moves the clock; negative numbers move it back. */
    advance: (milliseconds: number) => void;
    /** Stops the clock at a time (milliseconds since 1970). */
    setTime: (time: number) => void;
  }>;

export function createTestClock(): TestClock {
  let stoppedAt: number | null = null;
  let ahead = 0;
  return {
    now: () => new Date((stoppedAt ?? Date.now()) + ahead),
    advance: (milliseconds) => {
      ahead += milliseconds;
    },
    setTime: (time) => {
      stoppedAt = time;
      ahead = 0;
    },
  };
}
