import type { AlertAnswers, AnswerLine } from "@/lib/alerts/schema";
import { formatCount, plural } from "@/lib/format/count";

export type AnswerAct = "acknowledge" | "assign" | "resolve";
export const answerWords = {
  acknowledge: { done: "acknowledged", title: "Acknowledged" },
  assign: { done: "assigned", title: "Assigned" },
  resolve: { done: "resolved", title: "Resolved" },
} as const satisfies Record<AnswerAct, object>;

/** How many lines have this outcome. */
export const countLines = ({ lines }: AlertAnswers, outcome: AnswerLine["outcome"]): number =>
  lines.filter((line) => line.outcome === outcome).length;

/**
 * The receipt of an action on several alerts: how many were changed, and each reason why others
 * were not. "14 alerts acknowledged, 1 already was. 1 failed: Alert not found."
 */
export function answerText(act: AnswerAct, answers: AlertAnswers): string {
  const of = (outcome: AnswerLine["outcome"]) => countLines(answers, outcome);
  const unchanged = of("unchanged");
  const already =
    unchanged === 0
      ? ""
      : `, ${formatCount(unchanged)} already ${unchanged === 1 ? "was" : "were"}`;
  const reasons = [...new Set(answers.lines.flatMap(({ message }) => message ?? []))];
  const refused = of("refused");
  const failed = refused === 0 ? "" : ` ${formatCount(refused)} failed: ${reasons.join(" ")}`;
  const untried = of("untried");
  const left =
    untried === 0 ? "" : ` ${plural(untried, "alert was", "alerts were")} left unchanged.`;
  return `${plural(of("changed"), "alert")} ${answerWords[act].done}${already}.${failed}${left}`;
}
