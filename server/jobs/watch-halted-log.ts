import type { Deps } from "@/lib/runtime/deps";
import type { Logger } from "@/lib/runtime/logger";
import { listHaltedChanges } from "@/lib/status/read-crls";
import { startJob, type Job } from "./job";

const pollIntervalMs = 1_000;

/**
 * Calls `onChange` with certificates that are revoked or put on hold while the log is halted, each
 * once. Nothing is numbered then, so the readers of the log learn nothing of it.
 */
export function watchHaltedLog(
  deps: Pick<Deps, "db">,
  onChange: (certificateIds: readonly string[]) => void,
  log: Logger,
): Job {
  let reported = new Set<string>();
  return startJob({
    name: "halted log",
    log,
    work: async () => {
      const changed = await listHaltedChanges(deps);
      const added = changed.filter((id) => !reported.has(id));
      reported = new Set(changed);
      if (added.length > 0) onChange(added);
      return pollIntervalMs;
    },
  });
}
