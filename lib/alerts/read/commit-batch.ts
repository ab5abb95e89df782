import { hourMs } from "@/lib/format/time-units";
import { systemActor } from "@/lib/access/actor";
import { escalateAlert, openAlert } from "@/lib/alerts/open-alert";
import {
  applyBatch,
  applyBatchIn,
  countAlertsByRule,
  findUnresolvedAlerts,
  type BatchChanges,
  type SkippedEntry,
} from "@/lib/alerts/rule-state-repository";
import { isMoreSevere } from "@/lib/alerts/rules/settings";
import type { RuleName, Severity } from "@/lib/alerts/schema";
import { newId } from "@/lib/format/ids";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import {
  findingKey,
  maxEntriesPerAlert,
  type BatchEvaluation,
  type FindingGroup,
} from "./evaluate-batch";

export type CommitDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;
/** The entries `from` to `to - 1`. */
export type EntryRange = Readonly<{ from: number; to: number }>;

/**
 * Commits what a batch changes together with the cursor, or nothing. Returns how many alerts it
 * opened. Throws (SQLSTATE 40001, a unique violation, or `alert.changed`) if another reader
 * committed the batch or an alert changed meanwhile; the batch must then be evaluated again.
 */
export async function commitBatch(
  deps: CommitDeps,
  range: EntryRange,
  { delta, findings }: Pick<BatchEvaluation, "delta" | "findings">,
  skipped: readonly SkippedEntry[],
): Promise<number> {
  const plan = await planFor(deps, [...findings.values()]);
  const changes = changesOf(deps, range, delta.toJson(), plan);
  if (plan.opened.length + plan.escalated.length === 0) {
    await applyBatch(deps.db, changes, skipped);
    return 0;
  }
  const actor = systemActor("alerts", newId("req", deps.clock.now(), deps.random.bytes));
  await auditedTransaction(deps.recorder, actor, async (tx) => {
    await applyBatchIn(tx, changes, skipped);
    const entries: NewEntry[] = [];
    for (const group of plan.opened) entries.push(await openAlert(deps, tx, group));
    for (const { alert, group } of plan.escalated) {
      const entry = await escalateAlert(deps, tx, {
        id: alert.id,
        rule: alert.rule,
        from: alert.severity,
        to: group.severity,
        subjectLabel: group.subject.label,
        count: group.count,
      });
      entries.push(entry);
    }
    return { result: null, entries: entries as [NewEntry, ...NewEntry[]] };
  });
  return plan.opened.length;
}

export type UnresolvedAlert = Readonly<{
  id: string;
  rule: string;
  subjectId: string;
  severity: Severity;
}>;
type Continuation = Readonly<{ alert: UnresolvedAlert; group: FindingGroup }>;
export type AlertPlan = Readonly<{
  opened: readonly FindingGroup[];
  /** Findings that are added to an unresolved alert. */
  continued: readonly Continuation[];
  /** Those of them that raise its severity. */
  escalated: readonly Continuation[];
}>;

/** How many alerts one rule opens per hour; the rest are counted in one collective alert. */
const maxAlertsPerHour = 100;
const collectiveId = "many";

async function planFor(
  { db, clock }: CommitDeps,
  groups: readonly FindingGroup[],
): Promise<AlertPlan> {
  if (groups.length === 0) return { opened: [], continued: [], escalated: [] };
  const rules = [...new Set(groups.map(({ rule }) => rule))];
  const keys = [
    ...groups.map(({ rule, subject }) => ({ rule, subjectId: subject.id })),
    ...rules.map((rule) => ({ rule, subjectId: collectiveId })),
  ];
  const unresolved = await findUnresolvedAlerts(db, keys);
  const openedLastHour = await countAlertsByRule(db, new Date(clock.now().getTime() - hourMs));
  return planAlerts(groups, unresolved, openedLastHour);
}

/**
 * Decides what becomes of findings: at most one unresolved alert per rule and subject.
 * `openedLastHour` counts per rule; an attacker who invents thousands of subjects must not flood
 * the console with alerts.
 */
function planAlerts(
  groups: readonly FindingGroup[],
  unresolvedAlerts: readonly UnresolvedAlert[],
  openedLastHour: ReadonlyMap<string, number>,
): AlertPlan {
  const unresolved = new Map(
    unresolvedAlerts.map((alert) => [findingKey(alert.rule, alert.subjectId), alert]),
  );
  const remaining = new Map<RuleName, number>();
  const opened = new Map<string, FindingGroup>();
  const continued = new Map<string, Continuation>();
  for (const group of groups) {
    const key = findingKey(group.rule, group.subject.id);
    const alert = unresolved.get(key);
    if (alert !== undefined) continued.set(alert.id, { alert, group });
    if (alert !== undefined || !group.opens) continue;
    const left =
      remaining.get(group.rule) ?? maxAlertsPerHour - (openedLastHour.get(group.rule) ?? 0);
    remaining.set(group.rule, left - 1);
    if (left > 0) opened.set(key, group);
    else addToCollective(group, unresolved, opened, continued);
  }
  const continuations = [...continued.values()];
  return {
    opened: [...opened.values()],
    continued: continuations,
    escalated: continuations.filter(({ alert, group }) =>
      isMoreSevere(group.severity, alert.severity),
    ),
  };
}

function addToCollective(
  group: FindingGroup,
  unresolved: ReadonlyMap<string, UnresolvedAlert>,
  opened: Map<string, FindingGroup>,
  continued: Map<string, Continuation>,
): void {
  const key = findingKey(group.rule, collectiveId);
  const alert = unresolved.get(key);
  const collective = alert === undefined ? opened.get(key) : continued.get(alert.id)?.group;
  if (collective !== undefined) {
    mergeInto(collective, group);
    return;
  }
  const first: FindingGroup = {
    ...group,
    subject: { kind: "many", id: collectiveId, label: "many others" },
    identityId: null,
    seqs: [...group.seqs],
  };
  if (alert !== undefined) continued.set(alert.id, { alert, group: first });
  else
    opened.set(key, {
      ...first,
      summary: `More than ${maxAlertsPerHour} alerts in an hour; the rest are counted here. The first of them: ${group.summary}`,
    });
}

function mergeInto(collective: FindingGroup, group: FindingGroup): void {
  collective.count += group.count;
  collective.lastSeq = group.lastSeq;
  collective.lastAt = Math.max(collective.lastAt, group.lastAt);
  collective.seqs = [...collective.seqs, ...group.seqs].slice(-maxEntriesPerAlert);
  if (isMoreSevere(group.severity, collective.severity)) collective.severity = group.severity;
}

function changesOf(
  { clock }: CommitDeps,
  { from, to }: EntryRange,
  delta: ReturnType<BatchEvaluation["delta"]["toJson"]>,
  { continued, escalated }: AlertPlan,
): BatchChanges {
  const escalatedIds = new Set(escalated.map(({ alert }) => alert.id));
  return {
    from,
    to,
    at: clock.now(),
    ...delta,
    more: continued.map(({ alert, group }) => ({
      alert: alert.id,
      count: group.count,
      last_seq: group.lastSeq,
      last_at: group.lastAt,
      seqs: group.seqs,
      why: escalatedIds.has(alert.id)
        ? { surprise: group.surprise, baseline: group.baseline }
        : null,
    })),
  };
}
