import { dayMs, hourMs } from "@/lib/format/time-units";
import {
  findExpiringCertificates,
  findNewestCrls,
  findOverdueAmong,
  findOverdueRotations,
  findSkippedByReader,
  type CrlRow,
  type ExpiringRow,
} from "@/lib/alerts/check-repository";
import { checkpointLate } from "@/lib/alerts/rules/checkpoint-late";
import { crlLate } from "@/lib/alerts/rules/crl-late";
import { crlOutdated } from "@/lib/alerts/rules/crl-outdated";
import { clockOff } from "@/lib/alerts/rules/integrity/clock-off";
import { findClockStep } from "./find-clock-step";
import { readerStalled } from "@/lib/alerts/rules/integrity/reader-stalled";
import { unreadableEntry } from "@/lib/alerts/rules/integrity/unreadable-entry";
import { expiryNear } from "@/lib/alerts/rules/renewal/expiry-near";
import { rotationOverdue } from "@/lib/alerts/rules/renewal/rotation-overdue";
import type { RuleSetting } from "@/lib/alerts/rules/settings";
import { countText, spanText, timeText } from "@/lib/alerts/rules/text";
import { logSubject, verificationFailed } from "@/lib/alerts/rules/verification-failed";
import type { RuleName, Severity } from "@/lib/alerts/schema";
import type { AlertRule, Subject } from "@/lib/alerts/types";
import { readPipelineProgress } from "@/lib/log/publish/pipeline-progress";
import type { StalledReader } from "@/lib/log/sequence/stall-watch";
import type { Deps } from "@/lib/runtime/deps";
import { findOutdatedCrls } from "@/lib/status/outdated-crls";
import { readWholeCrl } from "@/lib/status/read-crls";

/** A problem that exists at this moment and needs someone's attention. */
export type Condition = Readonly<{
  rule: RuleName;
  subject: Subject;
  identityId: string | null;
  severity: Severity;
  summary: string;
  surprise: string;
  baseline: string;
  since: number;
}>;
export type CheckDeps = Pick<Deps, "db" | "clock"> &
  Readonly<{
    /** The readers of the log that stand still, as the gateway sees them. */
    stalledReaders?: () => readonly StalledReader[];
  }>;
type FindConditions = (deps: CheckDeps, setting: RuleSetting) => Promise<Condition[]>;

/**
 * The list is cut here, so a subject that is not in a full list may still have the problem: a check
 * without `findAmong` resolves nothing then.
 */
export const maxConditions = 2_000;

export type Check = Readonly<{
  rule: AlertRule;
  find: FindConditions;
  /** Which of these subjects still have the problem, for when the list is full. */
  findAmong?: (deps: CheckDeps, subjectIds: readonly string[]) => Promise<readonly string[]>;
  /** How long a condition must last before an alert opens, so that a restart alerts no one. */
  minDurationMs: number;
  /** How long it is not reported again after a person resolved its alert; Infinity for never. */
  quietMs: number;
  /** Its alert is resolved when the condition is over. */
  resolvesItself: boolean;
}>;

const findExpiring: FindConditions = async ({ db, clock }, { values }) => {
  const now = clock.now();
  const percent = values["percent"] ?? 0;
  const rows = await findExpiringCertificates(db, {
    now,
    until: new Date(now.getTime() + (values["days"] ?? 0) * dayMs),
    percent,
    leastDays: values["leastDays"] ?? 0,
    take: maxConditions,
  });
  return rows.map((row) => expiringCondition(row, now.getTime(), percent));
};

function expiringCondition(row: ExpiringRow, now: number, percent: number): Condition {
  const { id, subject, name } = row;
  const leftMs = row.not_after.getTime() - now;
  const lastUsed = row.last_used?.getTime() ?? null;
  const isActive = lastUsed !== null && now - lastUsed < 7 * dayMs;
  const expires =
    leftMs > 0 ? `expires in ${spanText(leftMs)}` : `expired ${spanText(-leftMs)} ago`;
  return {
    rule: expiryNear.name,
    subject: { kind: "certificate", id, label: subject },
    identityId: row.identity_id,
    severity: !isActive ? "low" : leftMs > 0 ? "medium" : "high",
    since: now,
    summary: `${subject} of ${name} ${expires} and has no successor.`,
    surprise: `Valid until ${timeText(row.not_after.getTime())}; ${lastUsed === null ? "never used" : `last used ${timeText(lastUsed)}`}.`,
    baseline: `Valid since ${timeText(row.not_before.getTime())}; normally rotated before the last ${percent} percent of its lifetime.`,
  };
}

const findOverdue: FindConditions = async ({ db, clock }) => {
  const now = clock.now();
  return (await findOverdueRotations(db, now, maxConditions)).map((row) => ({
    rule: rotationOverdue.name,
    subject: { kind: "certificate", id: row.id, label: row.subject },
    identityId: row.identity_id,
    severity: "medium",
    since: now.getTime(),
    summary: `${row.subject} of ${row.name} was to be replaced by ${timeText(row.rotate_by.getTime())} and nothing has replaced it.`,
    surprise: `Requested by ${row.requested_by}${row.comment === "" ? "" : `: ${row.comment}`}.`,
    baseline: "A certificate is replaced by the date that its request for rotation names.",
  }));
};

const findLateCrls: FindConditions = async ({ db, clock }, { values }) => {
  const now = clock.now().getTime();
  const percent = values["percent"] ?? 0;
  return (await findNewestCrls(db, new Date(now))).flatMap((row): Condition[] => {
    const leftMs = row.next_update.getTime() - now;
    const lifetimeMs = row.next_update.getTime() - row.this_update.getTime();
    if (row.future !== null) return [futureCrlCondition(row, row.future, now)];
    if (leftMs > (lifetimeMs * percent) / 100) return [];
    const isExpired = leftMs <= 0;
    const expires = isExpired
      ? `expired ${spanText(-leftMs)} ago`
      : `expires in ${spanText(leftMs)}`;
    return [
      {
        rule: crlLate.name,
        subject: { kind: "authority", id: row.authority_id, label: row.name },
        identityId: null,
        severity: isExpired ? "critical" : "high",
        since: now,
        summary: `The CRL of ${row.name} ${expires}, and no newer one was published.`,
        surprise: `The next update was due before ${timeText(row.next_update.getTime())}.`,
        baseline: `A CRL is valid for ${spanText(lifetimeMs)} and replaced at half of that.`,
      },
    ];
  });
};

/** The clock went back, and no CRL was published since. */
const futureCrlCondition = (row: CrlRow, future: Date, now: number): Condition => ({
  rule: crlLate.name,
  subject: { kind: "authority", id: row.authority_id, label: row.name },
  identityId: null,
  severity: "critical",
  since: now,
  summary: `The latest CRL of ${row.name} is from the future, so it is not served, and no newer one was published.`,
  surprise: `It is dated ${timeText(future.getTime())}, and the clock of this machine says ${timeText(now)}.`,
  baseline: "When the clock goes back, a new CRL is published within seconds.",
});

const findCrlsWithoutRevocation: FindConditions = async ({ db, clock }) => {
  const now = clock.now();
  const newest = (await findNewestCrls(db, now)).filter(({ future }) => future === null);
  const served = newest.map(
    ({ id, authority_id: authorityId, this_update: thisUpdate, ...row }) => {
      const number = BigInt(row.number);
      return {
        authorityId,
        number,
        thisUpdate,
        read: () => readWholeCrl(db, { id, authorityId, number }),
      };
    },
  );
  const outdated = new Set(await findOutdatedCrls({ db, clock }, served));
  return newest
    .filter(({ authority_id: id }) => outdated.has(id))
    .map((row) => ({
      rule: crlOutdated.name,
      subject: { kind: "authority", id: row.authority_id, label: row.name },
      identityId: null,
      severity: "critical",
      since: now.getTime(),
      summary: `The CRL of ${row.name} lacks a revocation, a hold or a release since ${timeText(row.this_update.getTime())}.`,
      surprise: `The latest CRL is of ${timeText(row.this_update.getTime())}.`,
      baseline: "A CRL is published within five seconds of each revocation.",
    }));
};

const findLateCheckpoints: FindConditions = async (deps, { values }) => {
  const now = deps.clock.now().getTime();
  const { waitingSince, size, checkpointSize, halted } = await readPipelineProgress(deps);
  if (halted !== null || waitingSince === null) return [];
  if (now - waitingSince.getTime() < (values["seconds"] ?? 0) * 1_000) return [];
  return [
    {
      rule: checkpointLate.name,
      subject: logSubject,
      identityId: null,
      severity: "high",
      since: now,
      summary: `${size - checkpointSize} entries have been waiting for a checkpoint since ${timeText(waitingSince.getTime())}.`,
      surprise: `The latest checkpoint covers ${checkpointSize} of ${size} entries.`,
      baseline: "A checkpoint covers every entry within a second or two.",
    },
  ];
};

const findStalledReaders: FindConditions = async ({ stalledReaders }) =>
  (stalledReaders?.() ?? []).map(({ name, label, at, behind, since }) => ({
    rule: readerStalled.name,
    subject: { kind: "reader", id: name, label },
    identityId: null,
    severity: "critical",
    since,
    summary: `A reader of the log, ${label}, has stalled at entry ${at} since ${timeText(since)}.`,
    surprise: `${behind} entries are left to read.`,
    baseline: "A reader gets past every entry within seconds.",
  }));

/** Entries that readers other than the alert rules skipped; those report theirs themselves. */
const findSkipped: FindConditions = async ({ db, clock }) =>
  (await findSkippedByReader(db)).map(({ reader, count, numbers }) => ({
    rule: unreadableEntry.name,
    subject: { kind: "reader", id: reader, label: reader },
    identityId: null,
    severity: "high",
    since: clock.now().getTime(),
    summary: `The reader ${reader} skipped ${countText(count, "entry", "entries")} of the log: ${numbers}.`,
    surprise: `Skipped: ${numbers}.`,
    baseline: "Chancery can read every entry that it writes.",
  }));

const findClockOff: FindConditions = async ({ db, clock }) => {
  const step = await findClockStep(db);
  if (step === null) return [];
  const { seq, at, earlierSeq, earlierAt } = step;
  return [
    {
      rule: clockOff.name,
      subject: logSubject,
      identityId: null,
      severity: "high",
      since: clock.now().getTime(),
      summary: `Entry ${seq} is dated ${spanText(earlierAt.getTime() - at.getTime())} before the earlier entry ${earlierSeq}.`,
      surprise: `Entry ${seq}: ${timeText(at.getTime())}; entry ${earlierSeq}: ${timeText(earlierAt.getTime())}.`,
      baseline: "Entries are dated in the order in which they are numbered, give or take seconds.",
    },
  ];
};

/** No entry can report it in time: a halted log numbers nothing. */
const findHalted: FindConditions = async (deps) => {
  const { halted } = await readPipelineProgress(deps);
  if (halted === null) return [];
  return [
    {
      rule: verificationFailed.name,
      subject: logSubject,
      identityId: null,
      severity: "critical",
      since: deps.clock.now().getTime(),
      summary: "The log was halted because the database contradicts what was signed.",
      surprise: halted.message,
      baseline: "The log is append-only.",
    },
  ];
};

/** What is looked for every moment: who relies on a CRL can't wait for the other checks. */
export const urgentChecks: readonly Check[] = [
  {
    rule: crlOutdated,
    find: findCrlsWithoutRevocation,
    minDurationMs: 0,
    quietMs: hourMs,
    resolvesItself: true,
  },
];

export const checks: readonly Check[] = [
  { rule: clockOff, find: findClockOff, minDurationMs: 0, quietMs: dayMs, resolvesItself: false },
  {
    rule: expiryNear,
    find: findExpiring,
    minDurationMs: 0,
    quietMs: Infinity,
    resolvesItself: true,
  },
  {
    rule: rotationOverdue,
    find: findOverdue,
    findAmong: ({ db, clock }, ids) => findOverdueAmong(db, clock.now(), ids),
    minDurationMs: 0,
    quietMs: 7 * dayMs,
    resolvesItself: true,
  },
  {
    rule: crlLate,
    find: findLateCrls,
    minDurationMs: 30_000,
    quietMs: dayMs,
    resolvesItself: true,
  },
  {
    rule: checkpointLate,
    find: findLateCheckpoints,
    minDurationMs: 30_000,
    quietMs: hourMs,
    resolvesItself: true,
  },
  {
    rule: verificationFailed,
    find: findHalted,
    minDurationMs: 0,
    quietMs: hourMs,
    resolvesItself: false,
  },
  {
    rule: readerStalled,
    find: findStalledReaders,
    minDurationMs: 0,
    quietMs: 0,
    resolvesItself: true,
  },
  {
    rule: unreadableEntry,
    find: findSkipped,
    minDurationMs: 0,
    quietMs: Infinity,
    resolvesItself: false,
  },
];
