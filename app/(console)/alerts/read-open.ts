import type { OpenAlerts } from "@/components/alerts/use-open-alerts";
import { listAlerts } from "@/lib/alerts/list-alerts";
import type { Actor } from "@/lib/auth/actor";
import { scopeOf } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { reportBug } from "@/lib/http/report-bug";

/** How many alerts are open, for the frame around every page; null for roles that do not read them. A frame never fails for it. */
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
