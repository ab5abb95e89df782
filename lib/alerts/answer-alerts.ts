import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { isAppError } from "@/lib/errors/app-error";
import { errorCodes } from "@/lib/errors/codes";
import { httpStatusOf } from "@/lib/errors/http-status";
import { recordRefusal } from "@/lib/log/record/record-refusal";
import type { Deps } from "@/lib/runtime/deps";
import { alertNotFound } from "./alert-dto";
import { findAlertRow, findAlertRows } from "./alert-repository";
import { acknowledgeAlert, assignAlert, resolveAlert } from "./answer-alert";
import {
  type AlertAnswers,
  type AnswerLine,
  answerManyInput,
  type AnswerManyInput,
} from "./schema";
import { isAnswered, selectAlerts } from "./select-alerts";

type AnswerDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;
type Answer = AnswerManyInput["answer"];
type Outcome = Omit<AnswerLine, "id" | "summary">;

const untried: Outcome = { outcome: "untried", code: null, message: null };

/**
 * Acknowledges, assigns or resolves several alerts, each by the use case for one, with its own
 * entry; so is each refusal. `selection` is a list of IDs, or the filters of a list with the number
 * of alerts that it showed: another number refuses everything. What needs no change gets no entry.
 * If the log can't be written, the rest is left alone and reported. Errors: `alert.count-changed`,
 * `alert.too-many`.
 */
export async function answerAlerts(
  deps: AnswerDeps,
  actor: Actor,
  input: AnswerManyInput,
): Promise<AlertAnswers> {
  authorize(actor, "alerts.handle");
  const { selection, answer } = answerManyInput.parse(input);
  const ids = await selectAlerts(deps, selection);
  const rows = await findAlertRows(deps.db, ids);
  const summaries = new Map(rows.map(({ id, summary }) => [id, summary]));
  const lines: AnswerLine[] = [];
  let isStopped = false;
  for (const id of ids) {
    const outcome: Outcome = isStopped ? untried : await tryOne(deps, actor, id, answer);
    isStopped ||= outcome.code !== null && errorCodes[outcome.code].kind === "unavailable";
    lines.push({ id, summary: summaries.get(id) ?? id, ...outcome });
  }
  return { lines };
}

async function tryOne(
  deps: AnswerDeps,
  actor: Actor,
  id: string,
  answer: Answer,
): Promise<Outcome> {
  try {
    const isChanged = await answerOne(deps, actor, id, answer);
    return { outcome: isChanged ? "changed" : "unchanged", code: null, message: null };
  } catch (error) {
    if (!isAppError(error)) throw error;
    const { code, message } = error;
    if (error.kind !== "unavailable")
      await recordRefusal(deps.recorder, actor, {
        code,
        method: "POST",
        path: `/alerts/${id}`,
        status: httpStatusOf(code),
      });
    return { outcome: "refused", code, message };
  }
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
  if (isAnswered(row, answer)) return false;
  if (answer.act === "acknowledge") await acknowledgeAlert(deps, actor, id, {});
  else if (answer.act === "assign") await assignAlert(deps, actor, id, { to: answer.to });
  else
    await resolveAlert(deps, actor, id, {
      resolution: answer.resolution,
      comment: answer.comment,
    });
  return true;
}
