import type { AskPath, PathAnswer } from "./compare-memory";

/** Asks the console for the proof that one size of a log continues another. The answer is not trusted: whoever asks verifies it. */
export const askConsistency: AskPath = async (from, to) => {
  const response = await fetch(`/audit/log/consistency?from=${from}&to=${to}`, {
    cache: "no-store",
  }).catch(() => null);
  if (response === null) return "unreachable";
  if (response.status === 409) return "smaller";
  if (!response.ok) return "unreachable";
  const answer: unknown = await response.json().catch(() => null);
  return isPath(answer) ? answer : "unreachable";
};

function isPath(answer: unknown): answer is Extract<PathAnswer, object> {
  return (
    typeof answer === "object" &&
    answer !== null &&
    "path" in answer &&
    Array.isArray(answer.path) &&
    answer.path.every((one) => typeof one === "string")
  );
}
