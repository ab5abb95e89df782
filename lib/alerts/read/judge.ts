import { isExpected, severer } from "@/lib/alerts/rules/settings";
import type { RuleName, Severity } from "@/lib/alerts/schema";
import type { ActiveHour, Facts, Finding, View } from "@/lib/alerts/types";
import type { LogRow } from "@/lib/log/reader";
import { factsOf } from "./facts";
import { makeGathered, type Gathered } from "./gathered";
import type { Growing } from "./known";
import type { ActiveRule, Memory } from "./memory";
import { requesterOf, workerOf } from "./prepare";

/** All findings of one rule about one subject in a batch. */
export type Found = {
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
  /** False: all that was found only goes on with what is open already. */
  opens: boolean;
};
export type Judged = Readonly<{ gathered: Gathered; found: Map<string, Found> }>;

export const mostBehind = 1_000;
/** So many actions of a service are told apart; who reports more names than that cannot make the tables grow with each of them. */
export const mostActions = 500,
  otherActions = "other.events";
const hourMs = 3_600_000,
  holdMs = 6;
const noMoments: readonly number[] = [],
  noHours: ReadonlyMap<number, ActiveHour> = new Map(),
  noneIssued: ReadonlyMap<number, number> = new Map();

export const keyOf = (rule: string, subjectId: string): string => `${rule} ${subjectId}`;

/** Lets a batch be judged in short pieces, so that what shares the process is not held up. */
export type Pace = Readonly<{ elapsed: () => number; rest: () => Promise<void> }>;

/** Judges a batch, entry after entry, and changes the memory accordingly. Looks nothing up. */
export async function judge(memory: Memory, rows: readonly LogRow[], pace: Pace): Promise<Judged> {
  const judged: Judged = { gathered: makeGathered(), found: new Map() };
  let since = pace.elapsed();
  for (const row of rows) {
    judgeOne(
      memory,
      factsOf(row, (id) => memory.certificates.get(id) ?? null),
      judged,
    );
    if (pace.elapsed() - since > holdMs) {
      await pace.rest();
      since = pace.elapsed();
    }
  }
  return judged;
}

/** The entry with a name for its action that is one of few. */
function folded(facts: Facts, known: Growing | undefined): Facts {
  const { action, service } = facts;
  const isOneMore =
    action === "event.reported" &&
    service !== null &&
    known !== undefined &&
    known.services.size >= mostActions &&
    !known.services.has(service);
  return isOneMore ? { ...facts, service: otherActions } : facts;
}

function judgeOne(memory: Memory, read: Facts, { gathered, found }: Judged): void {
  const known = memory.known.get(read.who?.id ?? ""),
    facts = folded(read, known),
    worker = workerOf(facts),
    hours = memory.hours.get(worker ?? "");
  const issued = countIssued(memory, facts, gathered);
  const before: View = {
    known: known !== undefined && known.count > 0 ? known : null,
    moments: noMoments,
    hours: [...(hours ?? noHours).values()],
    issued,
  };
  for (const active of memory.rules) {
    const finding = strike(memory, active, facts, before, gathered);
    if (
      finding !== null &&
      !isExpected(memory.exceptions, active.rule.name, finding.subject.id, facts.ip, facts.at)
    )
      addFinding(found, active, facts, finding);
  }
  gathered.tally(facts);
  gathered.use(facts);
  // A certificate that did not count teaches nothing about its identity.
  if (facts.proved) known?.observe(facts);
  if (facts.proved || facts.who === null) noteHour(gathered, worker, hours, facts.at);
}

function strike(
  memory: Memory,
  { rule, setting }: ActiveRule,
  facts: Facts,
  before: View,
  gathered: Gathered,
): Finding | null {
  const counted = rule.counts?.(facts, setting.values, before.known) ?? null;
  if (counted === null) return rule.find(facts, before, setting.values);
  const key = keyOf(rule.name, counted.key),
    moments = (memory.moments.get(key) ?? []).filter((at) => at > facts.at - counted.ms);
  moments.push(facts.at);
  if (moments.length > counted.most) moments.splice(0, moments.length - counted.most);
  // Put back at the end, so that what is forgotten first was touched least.
  memory.moments.delete(key);
  memory.moments.set(key, moments);
  gathered.moments(rule.name, counted.key, moments, facts.at);
  return rule.find(facts, { ...before, moments }, setting.values);
}

function countIssued(
  memory: Memory,
  facts: Facts,
  gathered: Gathered,
): ReadonlyMap<number, number> {
  const requester = requesterOf(facts),
    profile = facts.details["profileId"];
  if (requester === null || typeof profile !== "string") return noneIssued;
  const profiles = memory.issued.get(requester),
    hour = Math.floor(facts.at / hourMs) * hourMs,
    hours = profiles?.get(profile) ?? new Map<number, number>();
  profiles?.set(profile, hours);
  hours.set(hour, (hours.get(hour) ?? 0) + 1);
  gathered.issued(requester, profile, hour);
  return hours;
}

function noteHour(
  gathered: Gathered,
  worker: string | null,
  hours: Map<number, ActiveHour> | undefined,
  at: number,
): void {
  if (worker === null || hours === undefined) return;
  const when = new Date(at),
    slot = when.getUTCHours(),
    held = hours.get(slot),
    day = when.toISOString().slice(0, 10);
  if (held?.lastDay === day) return;
  hours.set(slot, {
    slot,
    days: (held?.days ?? 0) + 1,
    firstDay: held?.firstDay ?? day,
    lastDay: day,
  });
  gathered.hour(worker, slot, day);
}

function addFinding(
  found: Map<string, Found>,
  { rule, setting }: ActiveRule,
  { seq, at, who }: Facts,
  finding: Finding,
): void {
  const key = keyOf(rule.name, finding.subject.id),
    severity = setting.severity ?? finding.severity,
    opens = finding.follows !== true,
    one = found.get(key);
  if (one === undefined) {
    const { subject, summary, surprise, baseline } = finding;
    found.set(key, {
      rule: rule.name,
      subject,
      identityId: who?.id ?? null,
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
  one.count += 1;
  one.lastSeq = seq;
  one.firstAt = Math.min(one.firstAt, at);
  one.lastAt = Math.max(one.lastAt, at);
  one.seqs.push(seq);
  one.opens ||= opens;
  if (one.seqs.length > mostBehind) one.seqs.shift();
  if (!severer(severity, one.severity)) return;
  Object.assign(one, {
    severity,
    summary: finding.summary,
    surprise: finding.surprise,
    baseline: finding.baseline,
  });
}
