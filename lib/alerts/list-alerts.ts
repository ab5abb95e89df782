import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { alertDto, readCursor, writeCursor } from "./alert-dto";
import { countAlertRows, listAlertRows, listWorstRows } from "./alert-repository";
import { labelAccounts } from "./assignee-repository";
import { alertQuery, type AlertList, type AlertQueryInput, type AlertDto } from "./schema";

/**
 * One page of alerts, newest first. `counts`: by status, under all other filters. Errors:
 * `alert.cursor`.
 */
export async function listAlerts(
  deps: Pick<Deps, "db">,
  actor: Actor,
  input: AlertQueryInput = {},
): Promise<AlertList> {
  authorize(actor, "alerts.read");
  const query = alertQuery.parse(input);
  const [rows, counts] = await Promise.all([
    listAlertRows(deps.db, query, readCursor(query.cursor), query.limit + 1),
    countAlertRows(deps.db, query),
  ]);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const labels = await labelAccounts(
    deps.db,
    page.flatMap(({ assignedTo }) => (assignedTo === null ? [] : [assignedTo])),
  );
  return {
    items: page.map((row) => alertDto(row, labels)),
    nextCursor: rows.length > query.limit && last !== undefined ? writeCursor(last) : null,
    counts,
  };
}

/** The most severe unresolved alerts, at most `limit`; among equals, the newest first. */
export async function listWorstAlerts(
  deps: Pick<Deps, "db">,
  actor: Actor,
  limit: number,
): Promise<AlertDto[]> {
  authorize(actor, "alerts.read");
  const rows = await listWorstRows(deps.db, limit);
  const labels = await labelAccounts(
    deps.db,
    rows.flatMap(({ assignedTo }) => (assignedTo === null ? [] : [assignedTo])),
  );
  return rows.map((row) => alertDto(row, labels));
}
