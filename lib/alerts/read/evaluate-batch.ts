import { hourMs } from "@/lib/format/time-units";
import { isExcepted, isMoreSevere } from "@/lib/alerts/rules/settings";
import type { RuleName, Severity } from "@/lib/alerts/schema";
import type { ActiveHour, EntryFacts, Finding, RuleContext } from "@/lib/alerts/types";
import type { ReadableEntry } from "@/lib/log/read-entry";
import { factsOf } from "./entry-facts";
import { activitySubject, requesterOf } from "./prepare-state";
import type { ActiveRule, MutableBaseline, RuleState } from "./rule-state";
import { makeStateDelta, type StateDelta } from "./state-delta";

/** All findings of one rule about one subject in a batch. */
export type FindingGroup = {
  rule: RuleName;
  subject: Finding["subject"];
  identityId: string | null;
  severity: Severity;
  summary: string;
  surprise: string;
  baseline: string;
  count: number;
  firstSeq: number | null;
  lastSeq: number | null;
  firstAt: number;
  lastAt: number;
  seqs: number[];
  /** False: every finding in it only continues an alert that is open already. */
  opens: boolean;
};
export type BatchEvaluation = Readonly<{
  delta: StateDelta;
  findings: Map<string, FindingGroup>;
  /** Entries that could be read and made a rule fail. */
  failed: number[];
}>;

export const maxEntriesPerAlert = 1_000;
/** Action names of a service beyond this many are counted under one name, to bound the tables. */
export const maxActionNames = 500;
export const otherActionsName = "other.events";

const maxProfileChars = 200;
const maxBlockingMs = 6;
const noTimestamps: readonly number[] = [];
const noActiveHours: ReadonlyMap<number, ActiveHour> = new Map();
const noneIssued: ReadonlyMap<number, number> = new Map();

export const findingKey = (rule: string, subjectId: string): string => `${rule} ${subjectId}`;

/** Splits the evaluation of a batch, so that it does not block the event loop for long. */
export type Pacing = Readonly<{ elapsedMs: () => number; yieldToOthers: () => Promise<void> }>;

/** Evaluates a batch entry by entry and updates `state`. Reads nothing from the database. */
export async function evaluateBatch(
  state: RuleState,
  rows: readonly ReadableEntry[],
  pacing: Pacing,
): Promise<BatchEvaluation> {
  const evaluation = emptyEvaluation();
  let since = pacing.elapsedMs();
  for (const row of rows) {
    evaluateIsolated(state, row, evaluation);
    if (pacing.elapsedMs() - since <= maxBlockingMs) continue;
    await pacing.yieldToOthers();
    since = pacing.elapsedMs();
  }
  return evaluation;
}

export const emptyEvaluation = (): BatchEvaluation => ({
  delta: makeStateDelta(),
  findings: new Map(),
  failed: [],
});

/** Details that no rule foresaw must not stop the reader: the entry is counted and skipped. */
function evaluateIsolated(
  state: RuleState,
  entry: ReadableEntry,
  evaluation: BatchEvaluation,
): void {
  try {
    const facts = factsOf(entry, (id) => state.certificates.get(id) ?? null);
    evaluateEntry(state, facts, evaluation);
  } catch {
    evaluation.failed.push(entry.seq);
  }
}

function evaluateEntry(
  state: RuleState,
  entry: EntryFacts,
  { delta, findings }: Pick<BatchEvaluation, "delta" | "findings">,
): void {
  const baseline = state.baselines.get(entry.identity?.id ?? "");
  const facts = capActionName(entry, baseline);
  const activeSubject = activitySubject(facts);
  const activeHours = state.activeHours.get(activeSubject ?? "");
  const context: RuleContext = {
    baseline: baseline !== undefined && baseline.count > 0 ? baseline : null,
    timestamps: noTimestamps,
    activeHours: [...(activeHours ?? noActiveHours).values()],
    issuedPerHour: countIssued(state, facts, delta),
  };
  for (const active of state.rules) {
    const finding = evaluateRule(state, active, facts, context, delta);
    if (finding === null) continue;
    if (isExcepted(state.exceptions, active.rule.name, finding.subject.id, facts.ip, facts.at))
      continue;
    addFinding(findings, active, facts, finding);
  }
  delta.addOutcome(facts);
  delta.addUse(facts);
  // A certificate that was not accepted says nothing about what is usual for its identity.
  if (facts.isAuthenticated) baseline?.observe(facts);
  if (facts.isAuthenticated || facts.identity === null)
    recordActiveHour(delta, activeSubject, activeHours, facts.at);
}

/** The entry, with its action under `otherActionsName` if its service has too many names. */
function capActionName(facts: EntryFacts, baseline: MutableBaseline | undefined): EntryFacts {
  const { action, service } = facts;
  const isBeyondLimit =
    action === "event.reported" &&
    service !== null &&
    baseline !== undefined &&
    baseline.services.size >= maxActionNames &&
    !baseline.services.has(service);
  return isBeyondLimit ? { ...facts, service: otherActionsName } : facts;
}

function evaluateRule(
  state: RuleState,
  { rule, setting }: ActiveRule,
  facts: EntryFacts,
  context: RuleContext,
  delta: StateDelta,
): Finding | null {
  const counter = rule.counter?.(facts, setting.values, context.baseline) ?? null;
  if (counter === null) return rule.evaluate(facts, context, setting.values);
  const key = findingKey(rule.name, counter.key);
  const windowStart = facts.at - counter.windowMs;
  const timestamps = (state.timestamps.get(key) ?? []).filter((at) => at > windowStart);
  for (let n = Math.min(facts.times, counter.max); n > 0; n--) timestamps.push(facts.at);
  if (timestamps.length > counter.max) timestamps.splice(0, timestamps.length - counter.max);
  // Inserted at the end again: `trimRuleState` drops the least recently used first.
  state.timestamps.delete(key);
  state.timestamps.set(key, timestamps);
  delta.setTimestamps(rule.name, counter.key, timestamps, facts.at);
  return rule.evaluate(facts, { ...context, timestamps }, setting.values);
}

function countIssued(
  state: RuleState,
  facts: EntryFacts,
  delta: StateDelta,
): ReadonlyMap<number, number> {
  const requester = requesterOf(facts);
  const profile = facts.details["profileId"];
  if (requester === null || typeof profile !== "string" || profile.length > maxProfileChars)
    return noneIssued;
  const byProfile = state.issued.get(requester);
  const byHour = byProfile?.get(profile) ?? new Map<number, number>();
  byProfile?.set(profile, byHour);
  const hour = Math.floor(facts.at / hourMs) * hourMs;
  byHour.set(hour, (byHour.get(hour) ?? 0) + 1);
  delta.addIssued(requester, profile, hour);
  return byHour;
}

/** Counts each hour of the day once a day. */
function recordActiveHour(
  delta: StateDelta,
  subject: string | null,
  activeHours: Map<number, ActiveHour> | undefined,
  at: number,
): void {
  if (subject === null || activeHours === undefined) return;
  const time = new Date(at);
  const hourOfDay = time.getUTCHours();
  const day = time.toISOString().slice(0, 10);
  const previous = activeHours.get(hourOfDay);
  if (previous?.lastDay === day) return;
  activeHours.set(hourOfDay, {
    hourOfDay,
    days: (previous?.days ?? 0) + 1,
    firstDay: previous?.firstDay ?? day,
    lastDay: day,
  });
  delta.addActiveHour(subject, hourOfDay, day);
}

function addFinding(
  findings: Map<string, FindingGroup>,
  { rule, setting }: ActiveRule,
  { seq, at, identity }: EntryFacts,
  finding: Finding,
): void {
  const key = findingKey(rule.name, finding.subject.id);
  const severity = setting.severity ?? finding.severity;
  const opens = finding.continuesOnly !== true;
  const { subject, summary, surprise, baseline } = finding;
  const group = findings.get(key);
  if (group === undefined) {
    findings.set(key, {
      rule: rule.name,
      subject,
      identityId: identity?.id ?? null,
      severity,
      summary,
      surprise,
      baseline,
      count: 1,
      firstSeq: seq,
      lastSeq: seq,
      firstAt: at,
      lastAt: at,
      seqs: [seq],
      opens,
    });
    return;
  }
  group.count += 1;
  group.lastSeq = seq;
  group.firstAt = Math.min(group.firstAt, at);
  group.lastAt = Math.max(group.lastAt, at);
  group.seqs.push(seq);
  group.opens ||= opens;
  if (group.seqs.length > maxEntriesPerAlert) group.seqs.shift();
  if (isMoreSevere(severity, group.severity))
    Object.assign(group, { severity, summary, surprise, baseline });
}
