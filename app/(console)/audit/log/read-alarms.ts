import { findAlarms, type Alarm } from "@/components/log/alarms";
import type { Actor } from "@/lib/access/actor";
import { scopeOf } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { reportBug } from "@/lib/http/report-bug";
import { getAlarmFacts } from "@/lib/log/live/get-alarm-facts";

/**
 * Warnings about the audit log for every page; null for roles that may not read it. Never throws,
 * so that the layout can't fail.
 */
export async function readAlarms(deps: Deps, actor: Actor): Promise<readonly Alarm[] | null> {
  if (scopeOf(actor.role, "audit.read") === "none") return null;
  try {
    const { facts, waitingMs } = await getAlarmFacts(deps, actor);
    return findAlarms(facts, waitingMs);
  } catch (error) {
    reportBug(error, actor.requestId);
    return [];
  }
}
