import { checkpointLate } from "@/lib/alerts/rules/checkpoint-late";
import { crlLate } from "@/lib/alerts/rules/crl-late";
import { expiryNear } from "@/lib/alerts/rules/expiry-near";
import type { RuleSetting } from "@/lib/alerts/rules/settings";
import { logSubject, verificationFailed } from "@/lib/alerts/rules/verification-failed";
import { day, spanWords, timeWords } from "@/lib/alerts/rules/words";
import type { RuleName, Severity } from "@/lib/alerts/schema";
import type { AlertRule, Subject } from "@/lib/alerts/types";
import type { Deps } from "@/lib/deps";
import { publishingState } from "@/lib/log/publish/publishing-state";
import { certificatesEnding, newestCrls } from "./checks-repository";

/** Something that is so now, and that somebody has to do something about. */
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
export type CheckDeps = Pick<Deps, "db" | "clock">;
type Found = (deps: CheckDeps, setting: RuleSetting) => Promise<Condition[]>;

/** Where so many are found there may be more: then none of them counts as over. */
export const mostFound = 2_000;

const findEnding: Found = async (deps, { values }) => {
  const now = deps.clock.now(),
    days = values["days"] ?? 0,
    percent = values["percent"] ?? 0,
    leastDays = values["leastDays"] ?? 0;
  const rows = await certificatesEnding(deps.db, {
    now,
    until: new Date(now.getTime() + days * day),
    percent,
    leastDays,
    most: mostFound,
  });
  return rows.map(
    ({
      id,
      subject,
      identity_id: identityId,
      name,
      not_before: notBefore,
      not_after: notAfter,
      last_used: used,
    }) => {
      const left = notAfter.getTime() - now.getTime(),
        active = used !== null && now.getTime() - used.getTime() < 7 * day;
      return {
        rule: expiryNear.name,
        subject: { kind: "certificate", id, label: subject },
        identityId,
        severity: !active ? "low" : left > 0 ? "medium" : "high",
        since: now.getTime(),
        summary: `${subject} of ${name} ${left > 0 ? `expires in ${spanWords(left)}` : `expired ${spanWords(-left)} ago`} and has no successor.`,
        surprise: `Valid until ${timeWords(notAfter.getTime())}; ${used === null ? "never used" : `last used ${timeWords(used.getTime())}`}.`,
        baseline: `Valid since ${timeWords(notBefore.getTime())}; a rotation takes over before the last ${percent} percent of that time.`,
      };
    },
  );
};

const findLateCrls: Found = async (deps, { values }) => {
  const now = deps.clock.now().getTime(),
    percent = values["percent"] ?? 0;
  return (await newestCrls(deps.db)).flatMap(
    ({ authority_id: id, name, this_update: begin, next_update: end }): Condition[] => {
      const left = end.getTime() - now,
        life = end.getTime() - begin.getTime();
      if (left > (life * percent) / 100) return [];
      const over = left <= 0,
        when = over ? `ran out ${spanWords(-left)} ago` : `runs out in ${spanWords(left)}`;
      return [
        {
          rule: crlLate.name,
          subject: { kind: "authority", id, label: name },
          identityId: null,
          severity: over ? "critical" : "high",
          since: now,
          summary: `The CRL of ${name} ${when}, and no newer one was published.`,
          surprise: `Next update was due before ${timeWords(end.getTime())}.`,
          baseline: `A CRL lives ${spanWords(life)} and is followed by the next at half of that.`,
        },
      ];
    },
  );
};

const findLateCheckpoints: Found = async (deps, { values }) => {
  const now = deps.clock.now().getTime(),
    seconds = values["seconds"] ?? 0,
    { waitingSince, size, checkpointSize, halted } = await publishingState(deps);
  if (halted !== null || waitingSince === null || now - waitingSince.getTime() < seconds * 1_000)
    return [];
  return [
    {
      rule: checkpointLate.name,
      subject: logSubject,
      identityId: null,
      severity: "high",
      since: now,
      summary: `${size - checkpointSize} entries wait for a checkpoint since ${timeWords(waitingSince.getTime())}.`,
      surprise: `The last checkpoint covers ${checkpointSize} of ${size} entries.`,
      baseline: "A checkpoint covers every entry within a second or two.",
    },
  ];
};

/** No entry can tell of it by number: a halted log numbers nothing. */
const findHalted: Found = async (deps) => {
  const { halted } = await publishingState(deps);
  if (halted === null) return [];
  return [
    {
      rule: verificationFailed.name,
      subject: logSubject,
      identityId: null,
      severity: "critical",
      since: deps.clock.now().getTime(),
      summary: "The log was halted: what the database holds contradicts what was signed.",
      surprise: halted.message,
      baseline: "The log only ever grows.",
    },
  ];
};

export type Check = Readonly<{
  rule: AlertRule;
  find: Found;
  /** So long it has to last before anybody is told: what mends itself at a start is nobody's trouble. */
  lastsMs: number;
  /** So long after a person has closed it, it is not brought up again; Infinity: never. */
  quietMs: number;
  /** Closed here when it is over. */
  closes: boolean;
}>;

export const checks: readonly Check[] = [
  { rule: expiryNear, find: findEnding, lastsMs: 0, quietMs: Infinity, closes: true },
  { rule: crlLate, find: findLateCrls, lastsMs: 30_000, quietMs: day, closes: true },
  {
    rule: checkpointLate,
    find: findLateCheckpoints,
    lastsMs: 30_000,
    quietMs: day / 24,
    closes: true,
  },
  { rule: verificationFailed, find: findHalted, lastsMs: 0, quietMs: day / 24, closes: false },
];
