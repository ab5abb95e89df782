import { makeHeartbeat } from "@/lib/log/record/heartbeat";
import { writeCountedRefusals } from "@/lib/log/record/record-refusal";
import { reportGaps } from "@/lib/log/record/report-gaps";
import type { Deps } from "@/lib/runtime/deps";
import type { Logger } from "@/lib/runtime/logger";
import { type Job, startJob } from "./job";

export type SourceJobs = Readonly<{ lead: (leading: boolean) => void; stop: () => Promise<void> }>;

const checkEveryMs = 1_000;

/**
 * Records this process's heartbeats and counted refusals, and, on the leader, the gaps of all
 * sources. Stop it while the database is still available.
 */
export function startSources(deps: Deps, log: Logger): SourceJobs {
  const heartbeat = makeHeartbeat(deps.recorder);
  let leading = false;
  const jobs: Job[] = [
    startJob({
      name: "heartbeats",
      log,
      work: async () => {
        await heartbeat.sendIfDue();
        return checkEveryMs;
      },
    }),
    startJob({
      name: "counted refusals",
      log,
      work: async () => {
        await writeCountedRefusals(deps.recorder, "due");
        return checkEveryMs;
      },
    }),
    startJob({
      name: "source gaps",
      log,
      work: async () => {
        if (leading) await reportGaps(deps);
        return checkEveryMs;
      },
    }),
  ];
  return {
    lead: (isLeader) => {
      leading = isLeader;
    },
    stop: async () => {
      await Promise.all(jobs.map((job) => job.stop()));
      await writeCountedRefusals(deps.recorder, "now").catch(() =>
        log.warn("counted refusals: the final ones could not be recorded"),
      );
      await heartbeat
        .sendLast()
        .catch(() => log.warn("heartbeats: the final one could not be recorded"));
    },
  };
}
