import type { Deps } from "@/lib/deps";
import type { Env } from "@/lib/env";
import { anchorNewest, lastStamp, noteAnchoring } from "@/lib/log/anchor/anchor-newest";
import { readRoots } from "@/lib/log/anchor/ask-authority";
import { nextAnchorIn } from "@/lib/log/anchor/next-anchor";
import { startJob, type Job } from "@/server/jobs/job";
import { reasonOf, type DoorLog } from "@/server/listeners/door-log";

export type Anchoring = Readonly<{ job: Job; lead: (leading: boolean) => void }>;
type Settings = Pick<Env, "CHANCERY_TSA_URL" | "CHANCERY_TSA_CA" | "CHANCERY_TSA_EVERY_MINUTES">;

const LOOK_EVERY_MS = 60_000;

/**
 * Has the newest checkpoint stamped by the configured authority, every so many minutes and when a UTC day ends; one node for all. An authority
 * that cannot be reached is asked again, is shown with the log's state, and keeps nothing else waiting.
 */
export function startAnchoring(deps: Deps, settings: Settings, log: DoorLog): Anchoring {
  const url = settings.CHANCERY_TSA_URL,
    everyMs = settings.CHANCERY_TSA_EVERY_MINUTES * 60_000;
  let leading = false,
    done: Date | null = null;
  // By this machine's clock where it can be: the authority's may go differently, and must neither hurry nor delay the next stamp.
  const last = async (): Promise<Date | null> => {
    const said = await lastStamp(deps, url),
      now = deps.clock.now();
    return done ?? (said !== null && said > now ? now : said);
  };
  const turn = async (): Promise<number> => {
    if (!leading) return LOOK_EVERY_MS;
    if (url === "") {
      await noteAnchoring(deps, null);
      return LOOK_EVERY_MS * 60;
    }
    const wait = nextAnchorIn(await last(), deps.clock.now(), everyMs);
    if (wait > 0) return wait;
    try {
      const stamped = await anchorNewest(deps, { url, roots: readRoots(settings.CHANCERY_TSA_CA) });
      await noteAnchoring(deps, "");
      // Nothing is due before there is something new to stamp.
      if (stamped === null) return Math.min(everyMs, LOOK_EVERY_MS);
      done = deps.clock.now();
      return nextAnchorIn(done, done, everyMs);
    } catch (error) {
      await noteAnchoring(deps, reasonOf(error));
      throw error;
    }
  };
  const job = startJob({ name: "anchoring", log, work: turn, maxRetryMs: LOOK_EVERY_MS });
  return {
    job,
    lead: (now) => {
      leading = now;
      if (now) job.nudge();
    },
  };
}
