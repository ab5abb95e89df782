import type { Deps } from "@/lib/deps";
import { makeHeart } from "@/lib/log/heartbeat";
import { reportGaps } from "@/lib/log/report-gaps";
import { startJob } from "@/server/jobs/job";
import type { Job } from "@/server/jobs/job";
import type { DoorLog } from "@/server/listeners/door-log";

export type Sources = Readonly<{ lead: (leading: boolean) => void; stop: () => Promise<void> }>;

const lookEveryMs = 1_000;

/** The door's own heartbeats; and, where it leads, the entries that name what never arrived. Stop it while the database can still be reached. */
export function startSources(deps: Deps, log: DoorLog): Sources {
  const heart = makeHeart(deps);
  let leading = false;
  const jobs: Job[] = [
    startJob({
      name: "heartbeats",
      log,
      work: async () => {
        await heart.beatWhenDue();
        return lookEveryMs;
      },
    }),
    startJob({
      name: "gaps of sources",
      log,
      work: async () => {
        if (leading) await reportGaps(deps);
        return lookEveryMs;
      },
    }),
  ];
  return {
    lead: (now) => {
      leading = now;
    },
    stop: async () => {
      await Promise.all(jobs.map((job) => job.stop()));
      await heart.end().catch(() => log.warn("heartbeats: the last one could not be recorded"));
    },
  };
}
