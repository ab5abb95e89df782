import { AppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";
import { listAlertIds, type AlertRow } from "./alert-repository";
import { alertQuery, type AnswerManyInput, maxAlertsAtOnce, type PreviewManyInput } from "./schema";

/**
 * The ids of a selection of alerts, each once. Errors: `alert.count-changed` if the filters match
 * another number than the list showed, `alert.too-many`.
 */
export async function selectAlerts(
  { db }: Pick<Deps, "db">,
  selection: AnswerManyInput["selection"],
): Promise<readonly string[]> {
  if ("ids" in selection) return [...new Set(selection.ids)];
  const ids = await listAlertIds(db, alertQuery.parse(selection.filter), maxAlertsAtOnce + 1);
  if (ids.length > maxAlertsAtOnce)
    throw new AppError(
      "alert.too-many",
      `At most ${maxAlertsAtOnce} alerts can be changed at once. Add a filter.`,
    );
  if (ids.length !== selection.count)
    throw new AppError(
      "alert.count-changed",
      `The list showed ${selection.count} alerts, and ${ids.length} match now. Nothing was changed. Reload the list and try again.`,
    );
  return ids;
}

/** Whether the alert is already what the answer would make of it. */
export const isAnswered = (
  { status, assignedTo }: Pick<AlertRow, "status" | "assignedTo">,
  answer: PreviewManyInput["answer"],
): boolean =>
  (answer.act === "acknowledge" && status === "acknowledged") ||
  (answer.act === "assign" && status !== "resolved" && assignedTo === answer.to);
