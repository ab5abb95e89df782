import { dayMs, hourMs } from "@/lib/format/time-units";
import { reconcilePendingIssuances } from "@/lib/issuing/reconcile-pending-issuances";
import { runDueSupersessions } from "@/lib/issuing/run-due-supersessions";
import { cleanUp } from "@/lib/maintenance/clean-up";
import { reportUndecided } from "@/lib/names/report-undecided";
import type { Deps } from "@/lib/runtime/deps";
import type { Logger } from "@/lib/runtime/logger";
import { type Job, startJob } from "./job";

export type Maintenance = Readonly<{ jobs: readonly Job[]; lead: (leading: boolean) => void }>;

const supersessionEveryMs = 5_000,
  reconcileEveryMs = 60_000;

/**
 * Maintenance that the leader does for all nodes: revokes predecessors after their rotation
 * overlap, reconciles issuances that a crash left unfinished, deletes outdated rows.
 */
export function startMaintenance(deps: Deps, log: Logger): Maintenance {
  const startedAt = deps.clock.now();
  let leading = false,
    first = true;
  // Issuances from before this process started are abandoned; later ones after a minute.
  const reconcileUnfinished = async (): Promise<void> => {
    await (first
      ? reconcilePendingIssuances(deps, startedAt)
      : reconcilePendingIssuances(deps, new Date(deps.clock.now().getTime() - reconcileEveryMs)));
    first = false;
  };
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
    whenLeading("unfinished issuances", reconcileEveryMs, reconcileUnfinished),
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
