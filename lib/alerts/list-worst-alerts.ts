import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { alertDto } from "./alert-dto";
import { listWorstRows } from "./alert-repository";
import { labelAccounts } from "./assignee-repository";
import type { AlertDto } from "./schema";

/** The worst alerts that nobody has resolved, at most so many; among equals the newest first. A critical one is never hidden behind newer small ones. */
export async function listWorstAlerts(
  deps: Pick<Deps, "db">,
  actor: Actor,
  most: number,
): Promise<AlertDto[]> {
  authorize(actor, "alerts.read");
  const rows = await listWorstRows(deps.db, most),
    labels = await labelAccounts(
      deps.db,
      rows.flatMap(({ assignedTo }) => (assignedTo === null ? [] : [assignedTo])),
    );
  return rows.map((row) => alertDto(row, labels));
}
