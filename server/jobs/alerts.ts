import { setTimeout as pause } from "node:timers/promises";
import { type Checks, makeChecks, makeUrgentChecks } from "@/lib/alerts/run-checks";
import { makeAlertReader } from "@/lib/alerts/alert-reader";
import { makeBatchPace } from "@/lib/log/sequence/batch-pace";
import type { StalledReader } from "@/lib/log/sequence/stall-watch";
import type { Deps } from "@/lib/runtime/deps";
import type { Logger } from "@/lib/runtime/logger";
import { startJob } from "./job";

export type AlertJobs = Readonly<{
  lead: (leading: boolean) => void;
  /** Runs the checks soon, because a condition began or ended. */
  check: () => void;
  stop: () => Promise<void>;
}>;

const pollEveryMs = 1_000,
  checkEveryMs = 15_000,
  checkUrgentlyEveryMs = 1_500;
/** What is committed for a batch costs as much as evaluating hundreds of entries. */
const pacing = { fullBatch: 500, maxDelayMs: 250, entriesForFullDelay: 20 };

/**
 * On the leader, evaluates the alert rules over new entries as the log grows: on notification, and
 * by polling in case one is missed. Also runs the periodic checks for conditions that no entry
 * shows.
 */
export function startAlerts(
  deps: Deps,
  log: Logger,
  stalledReaders: () => readonly StalledReader[] = () => [],
): AlertJobs {
  const reader = makeAlertReader(deps, () => performance.now());
  const pace = makeBatchPace(pacing);
  const stopping = new AbortController();
  let leading = false;
  const reading = startJob({
    name: "alerts",
    log,
    maxRetryMs: 1_000,
    work: async () => {
      for (let read = 1; read > 0 && leading && !stopping.signal.aborted;) {
        const batch = await reader.readNext();
        read = batch.read;
        if (batch.opened > 0) log.warn(`alerts: opened ${batch.opened}`);
        if (read > 0)
          await pause(pace(read, performance.now()), undefined, {
            signal: stopping.signal,
          }).catch(() => {});
      }
      return pollEveryMs;
    },
  });
  const startChecks = (name: string, checks: Checks, everyMs: number) =>
    startJob({
      name,
      log,
      work: async () => {
        const { opened } = leading ? await checks.run() : { opened: 0 };
        if (opened > 0) log.warn(`alerts: opened ${opened}`);
        return everyMs;
      },
    });
  const checking = startChecks("checks", makeChecks({ ...deps, stalledReaders }), checkEveryMs);
  const checkingUrgently = startChecks(
    "urgent checks",
    makeUrgentChecks(deps),
    checkUrgentlyEveryMs,
  );
  const listener = deps.db.listen("chancery_log", () => {
    if (leading) reading.trigger();
  });
  return {
    check: () => checking.trigger(),
    lead: (isLeader) => {
      leading = isLeader;
      if (isLeader) for (const job of [reading, checking, checkingUrgently]) job.trigger();
    },
    stop: async () => {
      stopping.abort();
      await listener.close();
      await Promise.all([reading.stop(), checking.stop(), checkingUrgently.stop()]);
    },
  };
}
