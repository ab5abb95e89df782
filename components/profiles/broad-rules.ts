import type { ProfileRules } from "@/lib/pki/types";
import type { ProfileDto } from "@/lib/profiles/schema";

/** A rule that allows every name of its type; only rules saved by older versions have one. */
export const isAnyName = (rule: string): boolean => /^(\*|0\.0\.0\.0\/0|::\/0)$/.test(rule);

/** What the rules allow without a limit: "DNS names", … Empty for rules that are saved now. */
export function unlimitedNames({ san }: ProfileRules): string[] {
  const lists = [
    ["dns", "DNS name", san.dnsPatterns],
    ["ip", "IP address", san.ipRanges],
    ["email", "email address", san.emailDomains],
    ["uri", "URI", san.uriPrefixes],
  ] as const;
  return lists
    .filter(([type, , rules]) => san.types.includes(type) && rules.some(isAnyName))
    .map(([, label]) => label);
}

/** Whether an administrator should look at the rules: an older version saved them. */
export const needsReview = ({ system, status, rules }: ProfileDto): boolean =>
  !system &&
  status === "active" &&
  (rules.savedBeforeNames === true || unlimitedNames(rules).length > 0);
