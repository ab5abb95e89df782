import { dayMs } from "@/lib/format/time-units";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { allRules } from "@/lib/alerts/rules/all-rules";
import { settingOf } from "@/lib/alerts/rules/settings";
import type { Deps } from "@/lib/runtime/deps";
import { listSettings, countOutcomes, readProgress } from "./rule-repository";
import type { RuleDto, WatchState } from "./schema";
import type { AlertRule, SettingRow } from "./types";

const outcomesMs = 30 * dayMs;
export type AlertOutcomes = RuleDto["alerts"];
const none: AlertOutcomes = { total: 0, expected: 0, malicious: 0 };

function ruleDto(
  rule: AlertRule,
  settings: readonly SettingRow[],
  alerts: AlertOutcomes = none,
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
    values: rule.values.map((definition) => ({
      ...definition,
      value: values[definition.key] ?? definition.defaultValue,
    })),
  };
}

/** All rules with their settings, and how their alerts of the last 30 days were resolved. */
export async function listRules(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
): Promise<RuleDto[]> {
  authorize(actor, "alerts.read");
  const [settings, outcomes] = await Promise.all([
    listSettings(deps.db),
    countOutcomes(deps.db, new Date(deps.clock.now().getTime() - outcomesMs)),
  ]);
  return allRules.map((rule) => ruleDto(rule, settings, outcomes.get(rule.name)));
}

/** How far the rules have been evaluated: `upto` of `size` entries, and when. */
export async function getWatchState(deps: Pick<Deps, "db">, actor: Actor): Promise<WatchState> {
  authorize(actor, "alerts.read");
  const { upto, size, at } = await readProgress(deps.db);
  return { upto, size, at: at?.toISOString() ?? null };
}
