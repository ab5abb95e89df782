import { dayMs, hourMs } from "@/lib/format/time-units";
import { reconcilePendingIssuances } from "@/lib/issuing/reconcile-pending-issuances";
import { runDueSupersessions } from "@/lib/issuing/run-due-supersessions";
import { cleanUp } from "@/lib/maintenance/clean-up";
import { makeIndexUpkeep } from "@/lib/log/publish/index-upkeep";
import { reportUndecided } from "@/lib/names/report-undecided";
import type { Deps } from "@/lib/runtime/deps";
import type { Logger } from "@/lib/runtime/logger";
import { type Job, startJob } from "./job";

export type Maintenance = Readonly<{ jobs: readonly Job[]; lead: (leading: boolean) => void }>;

const supersessionEveryMs = 5_000,
  reconcileEveryMs = 15_000,
  indexEveryMs = 10_000;

/**
 * Maintenance that the leader does for all nodes: revokes predecessors after their rotation
 * overlap, closes issuances that were left unfinished, deletes outdated rows, records the digests of
 * sealed segments of the search index and puts old ones together.
 */
export function startMaintenance(deps: Deps, log: Logger): Maintenance {
  let leading = false;
  const whenLeading = (name: string, everyMs: number, run: () => Promise<unknown>): Job =>
    startJob({
      name,
      log,
      work: async () => {
        if (leading) await run();
        return everyMs;
      },
    });
  const jobs = [
    whenLeading("supersession", supersessionEveryMs, () => runDueSupersessions(deps)),
    whenLeading("unfinished issuances", reconcileEveryMs, () => reconcilePendingIssuances(deps)),
    whenLeading("search index", indexEveryMs, makeIndexUpkeep(deps)),
    whenLeading("cleanup", hourMs, () => cleanUp(deps)),
    whenLeading("undecided names", dayMs, () => reportUndecided(deps)),
  ];
  return {
    jobs,
    lead: (isLeader) => {
      leading = isLeader;
      if (isLeader) for (const job of jobs) job.trigger();
    },
  };
}
