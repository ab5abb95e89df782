import { severities, type RuleName, type Severity } from "@/lib/alerts/schema";
import type { AlertRule, ExceptionRow, SettingRow, Values } from "@/lib/alerts/types";
import { inNetworks } from "@/lib/net/network";

export type RuleSetting = Readonly<{ enabled: boolean; severity: Severity | null; values: Values }>;

export const isMoreSevere = (a: Severity, b: Severity): boolean =>
  severities.indexOf(a) > severities.indexOf(b);
const isSeverity = (text: string | null): text is Severity =>
  (severities as readonly (string | null)[]).includes(text);

/**
 * A rule's settings: its defaults, overridden by what is stored. A stored value that the rule does
 * not have, or that is out of its bounds, is ignored.
 */
export function settingOf(rule: AlertRule, rows: readonly SettingRow[]): RuleSetting {
  const row = rows.find((candidate) => candidate.rule === rule.name);
  const severity = row?.severity ?? null;
  const values = Object.fromEntries(
    rule.values.map(({ key, defaultValue, min, max }) => {
      const stored = row?.values[key];
      const isUsable = typeof stored === "number" && stored >= min && stored <= max;
      return [key, isUsable ? stored : defaultValue];
    }),
  );
  return {
    enabled: row?.enabled ?? true,
    severity: isSeverity(severity) ? severity : null,
    values,
  };
}

/** Whether an exception covers this rule and subject, from this address at this time. */
export function isExcepted(
  exceptions: readonly ExceptionRow[],
  rule: RuleName,
  subjectId: string,
  ip: string | null,
  at: number,
): boolean {
  return exceptions.some(
    (exception) =>
      exception.rule === rule &&
      exception.subjectId === subjectId &&
      exception.expiresAt > at &&
      (exception.network === null || inNetworks(ip, [exception.network])),
  );
}
