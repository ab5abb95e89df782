import type { OpenAlerts } from "@/components/alerts/use-open-alerts";
import { listAlerts } from "@/lib/alerts/list-alerts";
import type { Actor } from "@/lib/access/actor";
import { scopeOf } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { reportBug } from "@/lib/http/report-bug";

/**
 * The number of open alerts, for the layout of every page; null for roles that may not read alerts.
 * Never throws, so that the layout can't fail.
 */
export async function readOpenAlerts(deps: Deps, actor: Actor): Promise<OpenAlerts | null> {
  if (scopeOf(actor.role, "alerts.read") === "none") return null;
  try {
    const { items, counts } = await listAlerts(deps, actor, { status: "open", limit: 1 });
    return { open: counts.open, newest: items[0]?.id ?? null };
  } catch (error) {
    reportBug(error, actor.requestId);
    return { open: 0, newest: null };
  }
}
