import type { Deps } from "@/lib/deps";
import type { Env } from "@/lib/env";
import { askBySchedule, logBegan, runVerification } from "@/lib/log/run-verification";
import { lastVerification } from "@/lib/log/last-verification";
import { verificationDue } from "@/lib/log/verification-due";
import { clearWork, findWaiting, recoverWork } from "@/lib/log/waiting-work";
import { startJob } from "@/server/jobs/job";
import type { DoorLog } from "@/server/listeners/door-log";

export type Verifications = Readonly<{
  lead: (leading: boolean) => void;
  stop: () => Promise<void>;
}>;

const lookEveryMs = 1_000,
  scheduleEveryMs = 30_000;

/**
 * Verifies the whole log each night, and when somebody asks, where this node leads. What was begun and not finished when a leader died is
 * begun again; a night that was missed is made up for as soon as something leads again.
 */
export function startVerifications(deps: Deps, env: Env, log: DoorLog): Verifications {
  const stopping = new AbortController();
  let leading = false,
    recovered = false,
    scheduledAt = -Infinity;
  const work = async (): Promise<number> => {
    if (!leading) {
      recovered = false;
      return lookEveryMs;
    }
    if (!recovered) {
      await recoverWork(deps.db);
      recovered = true;
    }
    if (performance.now() - scheduledAt > scheduleEveryMs) {
      scheduledAt = performance.now();
      await askWhenDue(deps, env.CHANCERY_VERIFY_AT);
      await clearWork(deps.db);
    }
    try {
      const report = await runVerification(deps, { signal: stopping.signal });
      if (report && !report.ok)
        log.error(
          `the verification of the log found something: ${report.checks.flatMap(({ problems }) => problems)[0] ?? ""}`,
        );
    } catch (error) {
      if (!stopping.signal.aborted) throw error;
    }
    return lookEveryMs;
  };
  const job = startJob({ name: "verification of the log", log, work });
  return {
    lead: (now) => {
      leading = now;
      if (now) job.nudge();
    },
    stop: async () => {
      stopping.abort();
      await job.stop();
    },
  };
}

async function askWhenDue(deps: Deps, at: string): Promise<void> {
  const since = await logBegan(deps);
  if (since === null) return;
  const last = await lastVerification(deps),
    now = deps.clock.now().getTime();
  const due = verificationDue(at, now, {
    lastBegan: last && Date.parse(last.at) - last.milliseconds,
    since,
  });
  if (due > now || (await findWaiting(deps.db)).some(({ kind }) => kind === "verification")) return;
  await askBySchedule(deps);
}
