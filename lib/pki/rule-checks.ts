import type { Finding } from "@/lib/errors/types";
import type { AppliedRule } from "./types";

/**
 * Collects applied rules and findings, so that every reason is reported at once. Used for one
 * decision.
 */
export type RuleChecks = Readonly<{
  findings: Finding[];
  rules: AppliedRule[];
  /**
   * Records one rule with its input; a finding of severity "error" (the default) means that
   * it failed.
   */
  add: (rule: string, input: string, found: Finding | readonly Finding[] | null) => void;
}>;

/** Whether a finding prevents signing; one without a severity does. */
export function isError(finding: Finding): boolean {
  return (finding.severity ?? "error") === "error";
}

export function makeRuleChecks(): RuleChecks {
  const findings: Finding[] = [];
  const rules: AppliedRule[] = [];
  const add: RuleChecks["add"] = (rule, input, found) => {
    const list = found === null ? [] : [found].flat();
    findings.push(
      ...list.map((finding) => ({ ...finding, severity: finding.severity ?? ("error" as const) })),
    );
    rules.push({
      rule,
      input: input.slice(0, 300),
      outcome: list.some(isError) ? "failed" : "passed",
    });
  };
  return { findings, rules, add };
}
