import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { AppError, type Finding } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { listRules } from "./list-rules";
import { lockSetting, saveSetting } from "./rule-repository";
import { ruleOf } from "./rules/all-rules";
import { ruleChange, type RuleDto } from "./schema";
import type { AlertRule, SettingRow } from "./types";
import type { z } from "zod";

type Changes = Record<string, { from: string | null; to: string | null }>;

const noSuchRule = (): AppError =>
  new AppError("rule.not-found", "There is no rule of this name. GET /alerts/rules lists them.", {
    kind: "not-found",
  });

function checkValues(rule: AlertRule, values: Readonly<Record<string, number>>): void {
  const findings = Object.entries(values).flatMap(([key, set]): Finding[] => {
    const known = rule.values.find((one) => one.key === key),
      path = `values.${key}`;
    if (known === undefined)
      return [
        {
          code: "rule.value",
          path,
          message: `This rule has no value of that name; it has ${rule.values.map((one) => one.key).join(", ") || "none"}.`,
        },
      ];
    return set < known.min || set > known.max
      ? [
          {
            code: "rule.value",
            path,
            message: `${known.label}: from ${known.min} to ${known.max} ${known.unit}.`,
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
    const from = old.values[key] ?? defaultValue,
      to = next.values[key] ?? defaultValue;
    if (from !== to) changes[key] = { from: String(from), to: String(to) };
  }
  return changes;
}

/** Switches a rule, sets its severity (null: its own again) or its values. Counts from the next entry that is read. Errors: `rule.not-found`, `rule.value`. */
export async function updateRule(
  deps: Pick<Deps, "db" | "clock" | "random" | "source">,
  actor: Actor,
  name: string,
  input: z.input<typeof ruleChange>,
): Promise<RuleDto> {
  authorize(actor, "rules.write");
  const rule = ruleOf(name),
    { enabled, severity, values = {}, comment } = ruleChange.parse(input);
  if (!rule) throw noSuchRule();
  checkValues(rule, values);
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
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
    const changes = changesOf(rule, old, next),
      same = Object.keys(changes).length === 0;
    if (!same) await saveSetting(tx, next, deps.clock.now());
    return {
      result: null,
      entries: [
        {
          action: "rule.updated",
          outcome: "success",
          ...(same ? { reason: "no-change" } : {}),
          target: { kind: "rule", id: name, label: rule.title },
          details: { changes, comment },
        },
      ],
    };
  });
  const dto = (await listRules(deps, actor)).find((one) => one.name === name);
  if (!dto) throw noSuchRule();
  return { ...dto, entryId: entryIds[0] ?? "" };
}
