import { inNetworks } from "@/lib/custody/networks";
import { severities, type RuleName, type Severity } from "@/lib/alerts/schema";
import type { AlertRule, ExceptionRow, SettingRow, Values } from "@/lib/alerts/types";

export type RuleSetting = Readonly<{ enabled: boolean; severity: Severity | null; values: Values }>;

export const severer = (a: Severity, b: Severity): boolean =>
  severities.indexOf(a) > severities.indexOf(b);
export const isSeverity = (said: string | null): said is Severity =>
  (severities as readonly (string | null)[]).includes(said);

/** A rule's settings: its defaults, and over them what was set. A value that the rule does not know, or out of its bounds, does not count. */
export function settingOf(rule: AlertRule, rows: readonly SettingRow[]): RuleSetting {
  const row = rows.find((one) => one.rule === rule.name),
    said = row?.severity ?? null;
  const values = Object.fromEntries(
    rule.values.map(({ key, defaultValue, min, max }) => {
      const set = row?.values[key];
      return [key, typeof set === "number" && set >= min && set <= max ? set : defaultValue];
    }),
  );
  return { enabled: row?.enabled ?? true, severity: isSeverity(said) ? said : null, values };
}

/** Whether somebody has said that this is expected, from there and at that time. */
export function isExpected(
  exceptions: readonly ExceptionRow[],
  rule: RuleName,
  subjectId: string,
  ip: string | null,
  at: number,
): boolean {
  return exceptions.some(
    (one) =>
      one.rule === rule &&
      one.subjectId === subjectId &&
      one.expiresAt > at &&
      (one.network === null || inNetworks(ip, [one.network])),
  );
}
