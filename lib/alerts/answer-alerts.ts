import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { httpStatusOf } from "@/lib/errors/http-status";
import { recordRefusal } from "@/lib/log/record/record-refusal";
import type { Deps } from "@/lib/runtime/deps";
import { alertNotFound } from "./alert-dto";
import { findAlertRow, listAlertIds } from "./alert-repository";
import { acknowledgeAlert, assignAlert, resolveAlert } from "./answer-alert";
import {
  alertQuery,
  type AlertAnswers,
  answerManyInput,
  type AnswerManyInput,
  maxAlertsAtOnce,
} from "./schema";

type AnswerDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;
type Answer = AnswerManyInput["answer"];

/**
 * Acknowledges, assigns or resolves several alerts, each by the use case for one, with its own
 * entry; so is each refusal. `selection` is a list of IDs, or the filters of a list with the number of alerts that it
 * showed: another number refuses everything. What needs no change gets no entry. If the log can't
 * be written, the rest is left alone and reported. Errors: `alert.count-changed`, `alert.too-many`.
 */
export async function answerAlerts(
  deps: AnswerDeps,
  actor: Actor,
  input: AnswerManyInput,
): Promise<AlertAnswers> {
  authorize(actor, "alerts.handle");
  const { selection, answer } = answerManyInput.parse(input);
  const ids = await resolveSelection(deps, selection);
  const refused: AlertAnswers["refused"][number][] = [];
  let changed = 0,
    unchanged = 0;
  for (const [index, id] of ids.entries()) {
    try {
      if (await answerOne(deps, actor, id, answer)) changed += 1;
      else unchanged += 1;
    } catch (error) {
      if (!isAppError(error)) throw error;
      refused.push({ id, code: error.code, message: error.message });
      if (error.kind === "unavailable")
        return { changed, unchanged, refused, untried: ids.length - index - 1 };
      await recordRefusal(deps.recorder, actor, {
        code: error.code,
        method: "POST",
        path: `/alerts/${id}`,
        status: httpStatusOf(error.code),
      });
    }
  }
  return { changed, unchanged, refused, untried: 0 };
}

async function resolveSelection(
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

/** False if the alert is already what it is to become. */
async function answerOne(
  deps: AnswerDeps,
  actor: Actor,
  id: string,
  answer: Answer,
): Promise<boolean> {
  const row = await findAlertRow(deps.db, id);
  if (row === null) throw alertNotFound();
  const isDone =
    (answer.act === "acknowledge" && row.status === "acknowledged") ||
    (answer.act === "assign" && row.status !== "resolved" && row.assignedTo === answer.to);
  if (isDone) return false;
  if (answer.act === "acknowledge") await acknowledgeAlert(deps, actor, id, {});
  else if (answer.act === "assign") await assignAlert(deps, actor, id, { to: answer.to });
  else
    await resolveAlert(deps, actor, id, {
      resolution: answer.resolution,
      comment: answer.comment,
    });
  return true;
}
