import { runBulkActs } from "@/lib/bulk/run-bulk-acts";
import type { Deps } from "@/lib/runtime/deps";
import { type Logger, errorText } from "@/lib/runtime/logger";
import { startJob } from "./job";

export type BulkJob = Readonly<{ lead: (leading: boolean) => void; stop: () => Promise<void> }>;

const pollEveryMs = 1_000;

/**
 * On the leader, does what bulk actions have left to do. One that the previous leader did not finish
 * continues where it was.
 */
export function startBulkActs(deps: Deps, log: Logger): BulkJob {
  const stopping = new AbortController();
  let leading = false;
  const run = {
    signal: stopping.signal,
    onBug: (error: unknown) => log.error(`bulk actions: ${errorText(error)}`),
  };
  const job = startJob({
    name: "bulk actions",
    log,
    maxRetryMs: 5_000,
    work: async () =>
      leading && !stopping.signal.aborted && (await runBulkActs(deps, run)) > 0 ? 0 : pollEveryMs,
  });
  return {
    lead: (isLeader) => {
      leading = isLeader;
      if (isLeader) job.trigger();
    },
    stop: async () => {
      stopping.abort();
      await job.stop();
    },
  };
}
