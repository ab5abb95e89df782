import { closeOrphans } from "@/lib/certificates/close-orphans";
import { runDueSupersessions } from "@/lib/certificates/run-due-supersessions";
import type { Deps } from "@/lib/deps";
import { cleanUp } from "@/lib/upkeep/clean-up";
import type { DoorLog } from "@/server/listeners/door-log";
import { startJob } from "@/server/jobs/job";
import type { Job } from "@/server/jobs/job";

export type Upkeep = Readonly<{ jobs: readonly Job[]; lead: (leading: boolean) => void }>;

const supersedeEveryMs = 5_000,
  orphansEveryMs = 60_000,
  hour = 3_600_000;

/** What one node does for all: rotations whose overlap ended, certificates that a crash left between plan and signature, outdated rows. */
export function startUpkeep(deps: Deps, log: DoorLog): Upkeep {
  const startedAt = deps.clock.now();
  let leading = false,
    first = true;
  // What was begun before this process began is nobody's any more; later, only what has waited for a minute.
  const closeLeft = async (): Promise<void> => {
    await (first
      ? closeOrphans(deps, startedAt)
      : closeOrphans(deps, new Date(deps.clock.now().getTime() - orphansEveryMs)));
    first = false;
  };
  const whenLeading = (name: string, everyMs: number, act: () => Promise<unknown>): Job =>
    startJob({
      name,
      log,
      work: async () => {
        if (leading) await act();
        return everyMs;
      },
    });
  const jobs = [
    whenLeading("superseded certificates", supersedeEveryMs, () => runDueSupersessions(deps)),
    whenLeading("unfinished certificates", orphansEveryMs, closeLeft),
    whenLeading("clearing away", hour, () => cleanUp(deps)),
  ];
  return {
    jobs,
    lead: (now) => {
      leading = now;
      if (now) for (const job of jobs) job.nudge();
    },
  };
}
