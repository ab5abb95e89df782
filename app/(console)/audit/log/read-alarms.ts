import { alarmsOf, type Alarm } from "@/components/log/alarms";
import type { Actor } from "@/lib/auth/actor";
import { scopeOf } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { reportBug } from "@/lib/http/report-bug";
import { getAlarmFacts } from "@/lib/log/get-alarm-facts";

/** What somebody has to know of the log wherever they look; null for roles that do not read it. A frame never fails for it. */
export async function readAlarms(deps: Deps, actor: Actor): Promise<readonly Alarm[] | null> {
  if (scopeOf(actor.role, "audit.read") === "none") return null;
  try {
    const { facts, waitingMs } = await getAlarmFacts(deps, actor);
    return alarmsOf(facts, waitingMs);
  } catch (error) {
    reportBug(error, actor.requestId);
    return [];
  }
}
