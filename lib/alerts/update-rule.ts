import type { Recorded } from "@/lib/log/record/recorded";
import type { z } from "zod";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { ruleOf } from "@/lib/alerts/rules/all-rules";
import { AppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { listRules } from "./read-rules";
import { lockSetting, upsertSetting } from "./rule-repository";
import { ruleChange, type RuleDto } from "./schema";
import type { AlertRule, SettingRow } from "./types";

type Changes = Record<string, { from: string | null; to: string | null }>;

const ruleNotFound = (): AppError =>
  new AppError("rule.not-found", "Rule not found. GET /alerts/rules lists all rules.");

function assertValidValues(rule: AlertRule, values: Readonly<Record<string, number>>): void {
  const names = rule.values.map(({ key }) => key).join(", ");
  const findings = Object.entries(values).flatMap(([key, value]): Finding[] => {
    const definition = rule.values.find((candidate) => candidate.key === key);
    const path = `values.${key}`;
    if (definition === undefined)
      return [
        {
          code: "rule.value",
          path,
          message: `This rule has no value named ${key}. Its values: ${names || "none"}.`,
        },
      ];
    return value < definition.min || value > definition.max
      ? [
          {
            code: "rule.value",
            path,
            message: `${definition.label}: enter ${definition.min} to ${definition.max} ${definition.unit}.`,
          },
        ]
      : [];
  });
  if (findings.length > 0)
    throw new AppError("rule.value", findings.map(({ message }) => message).join(" "), {
      findings,
    });
}

function changesOf(rule: AlertRule, old: SettingRow, next: SettingRow): Changes {
  const changes: Changes = {};
  if (old.enabled !== next.enabled)
    changes["enabled"] = { from: String(old.enabled), to: String(next.enabled) };
  if (old.severity !== next.severity)
    changes["severity"] = { from: old.severity, to: next.severity };
  for (const { key, defaultValue } of rule.values) {
    const from = old.values[key] ?? defaultValue;
    const to = next.values[key] ?? defaultValue;
    if (from !== to) changes[key] = { from: String(from), to: String(to) };
  }
  return changes;
}

/**
 * Enables or disables a rule, or sets its severity (null for its default) or values. Applies from
 * the next entry that is evaluated. Errors: `rule.not-found`, `rule.value`.
 */
export async function updateRule(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  name: string,
  input: z.input<typeof ruleChange>,
): Promise<Recorded<RuleDto>> {
  authorize(actor, "rules.write");
  const rule = ruleOf(name);
  const { enabled, severity, values = {}, comment } = ruleChange.parse(input);
  if (!rule) throw ruleNotFound();
  assertValidValues(rule, values);
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    const old = (await lockSetting(tx, name)) ?? {
      rule: name,
      enabled: true,
      severity: null,
      values: {},
    };
    const next: SettingRow = {
      rule: name,
      enabled: enabled ?? old.enabled,
      severity: severity === undefined ? old.severity : severity,
      values: { ...old.values, ...values },
    };
    const changes = changesOf(rule, old, next);
    const same = Object.keys(changes).length === 0;
    if (!same) await upsertSetting(tx, next, deps.clock.now());
    return {
      result: null,
      entries: [
        {
          action: "rule.updated",
          outcome: "success",
          ...(same ? { reason: "no-change" } : {}),
          target: { kind: "rule", id: name, label: rule.title },
          details: {
            changes,
            comment,
            settings: { enabled: next.enabled, severity: next.severity, values: next.values },
          },
        },
      ],
    };
  });
  const dto = (await listRules(deps, actor)).find((dto) => dto.name === name);
  if (!dto) throw ruleNotFound();
  return { result: dto, entryId };
}
