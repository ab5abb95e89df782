import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { alertDto, readCursor, writeCursor } from "./alert-dto";
import { countAlertRows, listAlertRows } from "./alert-repository";
import { labelAccounts } from "./assignee-repository";
import { alertQuery, type AlertList, type AlertQueryInput } from "./schema";

/** Alerts, the newest first, a page at a time; `counts` are those of the other filters, by status. Errors: `alert.cursor`. */
export async function listAlerts(
  deps: Pick<Deps, "db">,
  actor: Actor,
  input: AlertQueryInput = {},
): Promise<AlertList> {
  authorize(actor, "alerts.read");
  const query = alertQuery.parse(input),
    [rows, counts] = await Promise.all([
      listAlertRows(deps.db, query, readCursor(query.cursor), query.limit + 1),
      countAlertRows(deps.db, query),
    ]);
  const shown = rows.slice(0, query.limit),
    last = shown.at(-1),
    labels = await labelAccounts(
      deps.db,
      shown.flatMap(({ assignedTo }) => (assignedTo === null ? [] : [assignedTo])),
    );
  return {
    items: shown.map((row) => alertDto(row, labels)),
    nextCursor: rows.length > query.limit && last !== undefined ? writeCursor(last) : null,
    counts,
  };
}
