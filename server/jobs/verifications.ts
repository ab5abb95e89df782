import { readTimestampTrust } from "@/lib/log/anchor/timestamp-client";
import { findLastVerification } from "@/lib/log/live/verifications";
import {
  requestScheduledVerification,
  readLogStart,
  runRequestedVerifications,
} from "@/lib/log/live/run-requested-verifications";
import { nextVerificationAt } from "@/lib/log/live/verifications";
import { deleteOldWork, listPendingWork, recoverPendingWork } from "@/lib/log/live/pending-work";
import type { Deps } from "@/lib/runtime/deps";
import type { Env } from "@/lib/runtime/env";
import type { Logger } from "@/lib/runtime/logger";
import { startJob } from "./job";

export type VerificationJob = Readonly<{
  lead: (leading: boolean) => void;
  stop: () => Promise<void>;
}>;

const pollEveryMs = 1_000,
  scheduleEveryMs = 30_000;

/**
 * On the leader, verifies the whole log every night and on request. A verification that the
 * previous leader did not finish starts again; a missed night is made up for as soon as there is a
 * leader.
 */
export function startVerifications(deps: Deps, env: Env, log: Logger): VerificationJob {
  const stopping = new AbortController();
  let leading = false,
    recovered = false,
    scheduledAt = -Infinity;
  const work = async (): Promise<number> => {
    if (!leading) {
      recovered = false;
      return pollEveryMs;
    }
    if (!recovered) {
      await recoverPendingWork(deps.db);
      recovered = true;
    }
    if (performance.now() - scheduledAt > scheduleEveryMs) {
      scheduledAt = performance.now();
      await requestWhenDue(deps, env.CHANCERY_VERIFY_AT);
      await deleteOldWork(deps.db);
    }
    try {
      const report = await runRequestedVerifications(deps, {
        signal: stopping.signal,
        timestamps: readTimestampTrust(env),
      });
      if (report && !report.ok)
        log.error(
          `log verification found a problem: ${report.checks.flatMap(({ problems }) => problems)[0] ?? ""}`,
        );
    } catch (error) {
      if (!stopping.signal.aborted) throw error;
    }
    return pollEveryMs;
  };
  const job = startJob({ name: "log verification", log, work });
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

async function requestWhenDue(deps: Deps, at: string): Promise<void> {
  const since = await readLogStart(deps);
  if (since === null) return;
  const last = await findLastVerification(deps),
    now = deps.clock.now().getTime();
  const due = nextVerificationAt(at, now, {
    lastBegan: last && Date.parse(last.at) - last.milliseconds,
    since,
  });
  if (due > now || (await listPendingWork(deps.db)).some(({ kind }) => kind === "verification"))
    return;
  await requestScheduledVerification(deps);
}
