import type { AlertAnswers } from "@/lib/alerts/schema";
import { formatCount, plural } from "@/lib/format/count";

const done = { acknowledge: "acknowledged", assign: "assigned", resolve: "resolved" } as const;

/**
 * The receipt of an action on several alerts: how many were changed, and each reason why others
 * were not. "14 alerts acknowledged, 1 already was. 1 failed: Alert not found."
 */
export function answerText(
  act: keyof typeof done,
  { changed, unchanged, refused, untried }: AlertAnswers,
): string {
  const already =
    unchanged === 0
      ? ""
      : `, ${formatCount(unchanged)} already ${unchanged === 1 ? "was" : "were"}`;
  const reasons = [...new Set(refused.map(({ message }) => message))];
  const failed =
    refused.length === 0 ? "" : ` ${formatCount(refused.length)} failed: ${reasons.join(" ")}`;
  const left =
    untried === 0 ? "" : ` ${plural(untried, "alert was", "alerts were")} left unchanged.`;
  return `${plural(changed, "alert")} ${done[act]}${already}.${failed}${left}`;
}
