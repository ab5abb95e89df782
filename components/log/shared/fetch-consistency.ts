import type { FetchConsistency, ConsistencyResponse } from "./compare-checkpoints";

/**
 * Fetches the consistency proof between two sizes of the log. The proof isn't trusted: the caller
 * verifies it.
 */
export const fetchConsistency: FetchConsistency = async (from, to) => {
  const response = await fetch(`/audit/log/consistency?from=${from}&to=${to}`, {
    cache: "no-store",
  }).catch(() => null);
  if (response === null) return "unreachable";
  if (response.status === 409) return "smaller";
  if (!response.ok) return "unreachable";
  const answer: unknown = await response.json().catch(() => null);
  return isConsistencyPath(answer) ? answer : "unreachable";
};

function isConsistencyPath(answer: unknown): answer is Extract<ConsistencyResponse, object> {
  return (
    typeof answer === "object" &&
    answer !== null &&
    "path" in answer &&
    Array.isArray(answer.path) &&
    answer.path.every((one) => typeof one === "string")
  );
}
