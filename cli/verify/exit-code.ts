import type { VerifyReport } from "@/lib/log/verify/report";

export type Required = "witnessed" | "signed";
/** What was asked for beyond the file itself: it must have been checked. */
export type Asked = Readonly<{ since?: unknown; policy?: unknown }>;

/** 0 verified at the required level, 1 something is wrong, 3 right as far as it goes, but less than was asked for. */
export function exitCodeOf(
  { checks, level, unsealed }: VerifyReport,
  required: Required,
  { since, policy }: Asked,
): 0 | 1 | 3 {
  const stateOf = (wanted: string) => checks.find(({ name }) => name === wanted)?.state;
  if (
    level === "failed" ||
    checks.some(({ name, state }) => state === "failed" && name !== "witnesses")
  )
    return 1;
  const isLess =
    level === "unsealed" || (required === "witnessed" && level !== "witnessed") || unsealed > 0;
  const isMissed =
    (since !== undefined && stateOf("since") !== "passed") ||
    (policy !== undefined && stateOf("witnesses") === "failed") ||
    stateOf("tree") === "not-checked";
  return isLess || isMissed ? 3 : 0;
}
