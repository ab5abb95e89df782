import { listAlerts } from "@/lib/alerts/list-alerts";
import { severities, type AlertDto } from "@/lib/alerts/schema";

/** The worst alerts that nobody has resolved, at most so many; among equals the newest first. A critical one is never hidden behind newer small ones. */
export async function worstAlerts(deps: Parameters<typeof listAlerts>[0], actor: Parameters<typeof listAlerts>[1], most: number): Promise<AlertDto[]> {
  const found: AlertDto[] = [];
  for (const severity of severities.toReversed()) {
    if (found.length < most) found.push(...(await listAlerts(deps, actor, { status: "unresolved", severity, limit: most - found.length })).items);
  }
  return found;
}
