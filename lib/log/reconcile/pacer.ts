import { setImmediate as yieldToEventLoop, setTimeout as pause } from "node:timers/promises";
import { monotonicMs } from "@/lib/runtime/monotonic";

/** How long work may block the event loop without yielding. */
const maxSliceMs = 8;

export type Pacer = Readonly<{
  /** Yields to the event loop if this work has blocked it for long enough. Call it often. */
  yieldIfBusy: () => Promise<void>;
  /** Sleeps for `restRatio` times the time worked since the last rest. Call it between pages. */
  rest: () => Promise<void>;
}>;

/**
 * Keeps long work from delaying other work in the same process. With `restRatio` 0 it never rests,
 * with 1 it works half of the time. Both methods throw the signal's reason once it is aborted.
 */
export function makePacer(restRatio = 0, signal?: AbortSignal): Pacer {
  let sliceStart = monotonicMs();
  let workStart = sliceStart;
  return {
    yieldIfBusy: async () => {
      if (monotonicMs() - sliceStart < maxSliceMs) return;
      await yieldToEventLoop();
      signal?.throwIfAborted();
      sliceStart = monotonicMs();
    },
    rest: async () => {
      signal?.throwIfAborted();
      const worked = monotonicMs() - workStart;
      await (restRatio > 0
        ? pause(worked * restRatio, undefined, signal ? { signal } : {})
        : yieldToEventLoop());
      sliceStart = workStart = monotonicMs();
    },
  };
}
