import { readCursors } from "@/lib/log/sequence/read-cursors";
import { makeStallWatch, stalledText, type StalledReader } from "@/lib/log/sequence/stall-watch";
import type { Deps } from "@/lib/runtime/deps";
import type { Logger } from "@/lib/runtime/logger";
import { type Job, startJob } from "./job";

export type ReaderWatch = Readonly<{
  job: Job;
  /** The readers that stand still at this moment. */
  stalled: () => readonly StalledReader[];
}>;

/** Milliseconds since 1970 that never jump when the clock is set: a jump is no stall. */
const steadyNow = (): number => Math.round(performance.timeOrigin + performance.now());

/** Together below the ten seconds within which a reader that has stalled is an alarm. */
const lookEveryMs = 1_000;
const stalledAfterMs = 7_000;

/**
 * Looks each second whether a reader of the log does not move while the log grows: those whose
 * cursors are in the database, and this gateway's own, which is at `position`. Reports each change,
 * and calls `onChange` for the alert.
 */
export function startReaderWatch(
  deps: Pick<Deps, "db">,
  position: () => number,
  onChange: () => void,
  log: Logger,
): ReaderWatch {
  const watch = makeStallWatch(stalledAfterMs);
  let stalled: readonly StalledReader[] = [];
  const job = startJob({
    name: "readers",
    log,
    maxRetryMs: lookEveryMs,
    work: async () => {
      const { size, cursors } = await readCursors(deps.db);
      const before = new Set(stalled.map(({ name }) => name));
      const own = { at: Math.min(position(), size), end: size };
      stalled = watch.observe({ ...cursors, status: own }, steadyNow());
      const now = new Set(stalled.map(({ name }) => name));
      for (const reader of stalled)
        if (!before.has(reader.name))
          log.error(`A reader of the log has stalled: ${stalledText(reader)}`);
      for (const name of before) if (!now.has(name)) log.info(`log reader ${name}: reading again`);
      if (before.size !== now.size || [...now].some((name) => !before.has(name))) onChange();
      return lookEveryMs;
    },
  });
  return { job, stalled: () => stalled };
}
