import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { keysetPage, readDirection } from "@/lib/format/keyset-page";
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
  const { backward, text } = readDirection(query.cursor);
  const [read, counts] = await Promise.all([
    listAlertRows(deps.db, query, { at: readCursor(text), backward }, query.limit + 1),
    countAlertRows(deps.db, query),
  ]);
  const { rows: page, ...cursors } = keysetPage(read, { ...query, cursorOf: writeCursor });
  const labels = await labelAccounts(
    deps.db,
    page.flatMap(({ assignedTo }) => (assignedTo === null ? [] : [assignedTo])),
  );
  return {
    items: page.map((row) => alertDto(row, labels)),
    ...cursors,
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
