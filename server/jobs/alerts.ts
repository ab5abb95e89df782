import { setTimeout as pause } from "node:timers/promises";
import { makeChecks } from "@/lib/alerts/checks/run-checks";
import { makeAlertReader } from "@/lib/alerts/read/reader";
import type { Deps } from "@/lib/deps";
import { gatherMs } from "@/lib/log/gather";
import { startJob } from "@/server/jobs/job";
import type { DoorLog } from "@/server/listeners/door-log";

export type Alerts = Readonly<{ lead: (leading: boolean) => void; stop: () => Promise<void> }>;

const lookEveryMs = 1_000,
  checkEveryMs = 15_000;
const fullBatch = 500,
  longestGatherMs = 100;

/**
 * Has the rules read the log as it grows, where this node leads: woken by the log, and looking for itself in case that is not heard. Now and then
 * it looks for what no entry tells of.
 */
export function startAlerts(deps: Deps, log: DoorLog): Alerts {
  const reader = makeAlertReader(deps, () => performance.now());
  const stopping = new AbortController();
  let leading = false;
  const reading = startJob({
    name: "alerts",
    log,
    maxRetryMs: 1_000,
    work: async () => {
      for (let read = 1; read > 0 && leading && !stopping.signal.aborted;) {
        const batch = await reader.readOn();
        read = batch.read;
        if (batch.opened > 0) log.warn(`alerts: ${batch.opened} opened`);
        if (read > 0)
          await pause(gatherMs(read, fullBatch, longestGatherMs), undefined, {
            signal: stopping.signal,
          }).catch(() => {});
      }
      return lookEveryMs;
    },
  });
  const checks = makeChecks(deps);
  const checking = startJob({
    name: "checks",
    log,
    work: async () => {
      const { opened } = leading ? await checks.run() : { opened: 0 };
      if (opened > 0) log.warn(`alerts: ${opened} opened`);
      return checkEveryMs;
    },
  });
  const listener = deps.db.listen("chancery_log", () => {
    if (leading) reading.nudge();
  });
  return {
    lead: (now) => {
      leading = now;
      if (now) for (const job of [reading, checking]) job.nudge();
    },
    stop: async () => {
      stopping.abort();
      await listener.close();
      await Promise.all([reading.stop(), checking.stop()]);
    },
  };
}
