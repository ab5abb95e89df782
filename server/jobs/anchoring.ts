import {
  anchorNewestCheckpoint,
  findLastTimestamp,
  updateAnchoringStatus,
} from "@/lib/log/anchor/anchor-checkpoint";
import { msUntilNextAnchor } from "@/lib/log/anchor/anchor-checkpoint";
import { readTimestampRoots } from "@/lib/log/anchor/timestamp-client";
import type { Deps } from "@/lib/runtime/deps";
import type { Env } from "@/lib/runtime/env";
import { type Logger, errorText } from "@/lib/runtime/logger";
import { type Job, startJob } from "./job";

export type AnchoringJob = Readonly<{ job: Job; lead: (leading: boolean) => void }>;
type Settings = Pick<
  Env,
  "CHANCERY_TSA_URL" | "CHANCERY_TSA_CA" | "CHANCERY_TSA_CA_TEXT" | "CHANCERY_TSA_EVERY_MINUTES"
>;

const checkEveryMs = 60_000;

/**
 * On the leader, has the newest checkpoint time-stamped by the configured authority, at the
 * configured interval and at the end of each UTC day (RFC 3161). If the authority cannot be
 * reached, the request is retried, the problem appears in the log's state, and nothing else waits.
 */
export function startAnchoring(deps: Deps, settings: Settings, log: Logger): AnchoringJob {
  const url = settings.CHANCERY_TSA_URL,
    everyMs = settings.CHANCERY_TSA_EVERY_MINUTES * 60_000;
  let leading = false,
    done: Date | null = null;
  // By this machine's clock where possible: the authority's clock may differ, and must neither hurry
  // nor delay the next stamp.
  const last = async (): Promise<Date | null> => {
    const stampedAt = await findLastTimestamp(deps, url);
    const now = deps.clock.now();
    return done ?? (stampedAt !== null && stampedAt > now ? now : stampedAt);
  };
  const anchor = async (): Promise<number> => {
    if (!leading) return checkEveryMs;
    if (url === "") {
      await updateAnchoringStatus(deps, null);
      return checkEveryMs * 60;
    }
    const wait = msUntilNextAnchor(await last(), deps.clock.now(), everyMs);
    if (wait > 0) return wait;
    try {
      const stamped = await anchorNewestCheckpoint(deps, {
        url,
        roots: readTimestampRoots(settings.CHANCERY_TSA_CA, settings.CHANCERY_TSA_CA_TEXT),
      });
      await updateAnchoringStatus(deps, "");
      // There is nothing new to stamp yet.
      if (stamped === null) return Math.min(everyMs, checkEveryMs);
      done = deps.clock.now();
      return msUntilNextAnchor(done, done, everyMs);
    } catch (error) {
      await updateAnchoringStatus(deps, errorText(error));
      throw error;
    }
  };
  const job = startJob({ name: "anchoring", log, work: anchor, maxRetryMs: checkEveryMs });
  return {
    job,
    lead: (isLeader) => {
      leading = isLeader;
      if (isLeader) job.trigger();
    },
  };
}
