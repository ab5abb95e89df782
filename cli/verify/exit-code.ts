import type { VerifyReport } from "@/lib/log/verify/report";

export type RequiredLevel = "witnessed" | "signed";
/** Options that require a check to have been done. */
export type RequiredChecks = Readonly<{
  since?: unknown;
  policy?: unknown;
  /** A file that holds only some of the entries is accepted. */
  partial?: boolean | undefined;
}>;

/**
 * 0 verified at the required level, 1 problems found, 3 no problems found but below the required
 * level or incomplete.
 */
export function exitCodeOf(
  { kind, checks, level, unsealed }: VerifyReport,
  required: RequiredLevel,
  { since, policy, partial }: RequiredChecks,
): 0 | 1 | 3 {
  const stateOf = (checkName: string) => checks.find(({ name }) => name === checkName)?.state;
  if (
    level === "failed" ||
    checks.some(({ name, state }) => state === "failed" && name !== "witnesses")
  )
    return 1;
  const isBelowLevel =
    level === "unsealed" || (required === "witnessed" && level !== "witnessed") || unsealed > 0;
  const isIncomplete =
    (since !== undefined && stateOf("since") !== "passed") ||
    (policy !== undefined && stateOf("witnesses") === "failed") ||
    ["tree", "index", "select"].some((name) => stateOf(name) === "not-checked") ||
    (kind === "export" && partial !== true && stateOf("complete") !== "passed");
  return isBelowLevel || isIncomplete ? 3 : 0;
}
