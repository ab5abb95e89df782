import type { Finding } from "@/lib/errors/app-error";
import type { AppliedRule } from "@/lib/pki/types";

/** Collects what was applied and what was found, so that every reason is told at once. Lives for one decision. */
export type RuleBook = Readonly<{
  findings: Finding[];
  rules: AppliedRule[];
  /** Records one rule with what it looked at; a finding of severity "error" (the default) means that it failed. */
  judge: (rule: string, input: string, found: Finding | readonly Finding[] | null) => void;
}>;

/** Whether a finding stands in the way; one without a severity does. */
export function isError(finding: Finding): boolean {
  return (finding.severity ?? "error") === "error";
}

export function makeRuleBook(): RuleBook {
  const findings: Finding[] = [];
  const rules: AppliedRule[] = [];
  const judge: RuleBook["judge"] = (rule, input, found) => {
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
  return { findings, rules, judge };
}
