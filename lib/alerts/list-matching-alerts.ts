import type { Deps } from "@/lib/runtime/deps";
import { findAlertRow, findAlertRows, listAlertIds, type AlertRow } from "./alert-repository";
import { alertQuery, type AlertQueryInput } from "./schema";

export type MatchedAlert = Pick<
  AlertRow,
  "id" | "status" | "severity" | "summary" | "subjectId" | "identityId" | "assignedTo"
>;

// For other use cases, which authorize by themselves.

/**
 * All alerts that a list's filters match, in the order of their ids, which is that of time; at most
 * `limit`.
 */
export async function listMatchingAlerts(
  deps: Pick<Deps, "db">,
  filter: Omit<AlertQueryInput, "cursor" | "limit">,
  limit: number,
): Promise<readonly MatchedAlert[]> {
  return findAlerts(deps, await listAlertIds(deps.db, alertQuery.parse(filter), limit));
}

/** Those with these ids that exist, by id. */
export async function findAlerts(
  { db }: Pick<Deps, "db">,
  ids: readonly string[],
): Promise<readonly MatchedAlert[]> {
  return (await findAlertRows(db, ids)).toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** Null if there is no such alert. */
export const findAlert = ({ db }: Pick<Deps, "db">, id: string): Promise<MatchedAlert | null> =>
  findAlertRow(db, id);
