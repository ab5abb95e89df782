import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { listSettings, precisionOf } from "./rule-repository";
import { allRules } from "./rules/all-rules";
import { settingOf } from "./rules/settings";
import type { RuleDto } from "./schema";
import type { AlertRule, SettingRow } from "./types";

const precisionMs = 30 * 86_400_000;
export type Precision = RuleDto["alerts"];
const none: Precision = { total: 0, expected: 0, malicious: 0 };

export function ruleDto(
  rule: AlertRule,
  settings: readonly SettingRow[],
  alerts: Precision = none,
): RuleDto {
  const { enabled, severity, values } = settingOf(rule, settings);
  return {
    name: rule.name,
    title: rule.title,
    explanation: rule.explanation,
    quietBecause: rule.quietBecause,
    enabled,
    severity: severity ?? rule.severity,
    defaultSeverity: rule.severity,
    alerts,
    values: rule.values.map((one) => ({ ...one, value: values[one.key] ?? one.defaultValue })),
  };
}

/** Every rule with its settings, and how its alerts of the last 30 days ended. */
export async function listRules(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
): Promise<RuleDto[]> {
  authorize(actor, "alerts.read");
  const [settings, precision] = await Promise.all([
    listSettings(deps.db),
    precisionOf(deps.db, new Date(deps.clock.now().getTime() - precisionMs)),
  ]);
  return allRules.map((rule) => ruleDto(rule, settings, precision.get(rule.name)));
}
