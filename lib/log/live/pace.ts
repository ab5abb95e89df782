import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";

/** How long work may hold the event loop in one go. */
const SLICE_MS = 8;

export type Pacer = Readonly<{
  /** Lets others run if this work has held the event loop for long enough; call it often. */
  breathe: () => Promise<void>;
  /** Rests for as long as `restRatio` times what was worked since the last rest; call it between pages. */
  rest: () => Promise<void>;
}>;

/**
 * Keeps long work from getting in the way of others in the same process. `restRatio` 0 rests never, 1 works half of the time. Both throw the
 * signal's reason once it is aborted.
 */
export function makePacer(restRatio = 0, signal?: AbortSignal): Pacer {
  let sliceBegan = performance.now(),
    workBegan = sliceBegan;
  return {
    breathe: async () => {
      if (performance.now() - sliceBegan < SLICE_MS) return;
      await turn();
      signal?.throwIfAborted();
      sliceBegan = performance.now();
    },
    rest: async () => {
      signal?.throwIfAborted();
      const worked = performance.now() - workBegan;
      await (restRatio > 0
        ? pause(worked * restRatio, undefined, signal ? { signal } : {})
        : turn());
      sliceBegan = workBegan = performance.now();
    },
  };
}
