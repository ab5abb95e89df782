import { alarmsOf, type Alarm } from "@/components/log/alarms";
import type { Actor } from "@/lib/auth/actor";
import { scopeOf } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { reportBug } from "@/lib/http/report-bug";
import { getLogState } from "@/lib/log/get-log-state";
import { publishingState } from "@/lib/log/publish/publishing-state";

/** What somebody has to know of the log wherever they look; null for roles that do not read it. A frame never fails for it. */
export async function readAlarms(deps: Deps, actor: Actor): Promise<readonly Alarm[] | null> {
  if (scopeOf(actor.role, "audit.read") === "none") return null;
  try {
    const [state, { waitingSince }] = await Promise.all([getLogState(deps, actor), publishingState(deps)]);
    return alarmsOf(state, waitingSince === null ? 0 : deps.clock.now().getTime() - waitingSince.getTime());
  } catch (error) {
    reportBug(error, actor.requestId);
    return [];
  }
}
