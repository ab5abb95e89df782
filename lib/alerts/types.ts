import type { RuleName, Severity } from "@/lib/alerts/schema";
import type { EntryAction, Outcome } from "@/lib/log/types";

/** Whose certificate it is. */
export type Who = Readonly<{
  id: string;
  name: string;
  kind: "person" | "service" | "device";
  networks: readonly string[];
}>;

/** A certificate as the rules see it. Times in milliseconds. */
export type CertificateFacts = Readonly<{
  id: string;
  identityId: string;
  subject: string;
  notBefore: number;
  notAfter: number;
  revokedAt: number | null;
  reason: string | null;
  successor: boolean;
}>;

/** What one entry says, as rules read it. Times in milliseconds since 1970. */
export type Facts = Readonly<{
  seq: number;
  at: number;
  action: EntryAction;
  outcome: Outcome;
  reason: string | null;
  actor: Readonly<{ kind: string; id: string | null; label: string }>;
  target: Readonly<{ kind: string; id: string; label: string }> | null;
  who: Who | null;
  certificate: CertificateFacts | null;
  fingerprint: string | null;
  ip: string | null;
  /** /24 or /48 of the address. */
  network: string | null;
  /** What was asked: a service, "chancery", or the name of a reported event; null if the entry is no request. */
  service: string | null;
  /** Why it was refused. */
  code: string | null;
  /** The HTTP status that went with the refusal, if it is known. */
  status: number | null;
  /** The certificate itself counted, whatever became of the request. */
  proved: boolean;
  details: Readonly<Record<string, unknown>>;
}>;

export type Span = Readonly<{ firstAt: number; lastAt: number; count: number }>;

/** What is usual for an identity, from the uses before this one in which its certificate counted. */
export type Known = Readonly<{
  firstAt: number;
  lastAt: number;
  count: number;
  networks: ReadonlyMap<string, Span>;
  services: ReadonlyMap<string, Span>;
  /** When a certificate was last used from each network, of the last hour. */
  lastFrom: (certificateId: string) => ReadonlyMap<string, number>;
}>;

/** One hour of the day, UTC, in which somebody was at work. */
export type ActiveHour = Readonly<{
  slot: number;
  days: number;
  firstDay: string;
  lastDay: string;
}>;

/** What was there before this entry. */
export type View = Readonly<{
  known: Known | null;
  /** Times, within the rule's own span, of what it counts, this entry included; the oldest first. */
  moments: readonly number[];
  /** Of the subject of `hoursOf`. */
  hours: readonly ActiveHour[];
  /** Certificates planned by this actor with this profile, by the hour they began in; this one included. */
  issued: ReadonlyMap<number, number>;
}>;

export type Subject = Readonly<{ kind: string; id: string; label: string }>;

/** That a rule was struck, in words that a person can act on. */
export type Finding = Readonly<{
  subject: Subject;
  severity: Severity;
  /** One sentence: what happened to whom. */
  summary: string;
  /** What was seen, and what is usual there. */
  surprise: string;
  baseline: string;
  /** True: counts for an alert that is open already, and opens none. */
  follows?: boolean;
}>;

export type Values = Readonly<Record<string, number>>;
export type RuleValue = Readonly<{
  key: string;
  label: string;
  unit: string;
  defaultValue: number;
  min: number;
  max: number;
}>;

type RuleWords = Readonly<{
  name: RuleName;
  title: string;
  severity: Severity;
  /** What it looks for and why; and what keeps it quiet on healthy traffic. */
  explanation: string;
  quietBecause: string;
  values: readonly RuleValue[];
}>;

/** A rule that judges entry after entry. It is pure: the same entry, view and values give the same finding. */
export type EntryRule = RuleWords &
  Readonly<{
    /** What it counts within a span of time: the key, how long, and at most how many are remembered. Null: nothing for this entry. */
    counts?: (
      facts: Facts,
      values: Values,
      known: Known | null,
    ) => Readonly<{ key: string; ms: number; most: number }> | null;
    find: (facts: Facts, view: View, values: Values) => Finding | null;
  }>;

/** A rule about what is absent, which no entry tells: it judges the state of things every few seconds. */
export type StateRule = RuleWords & Readonly<{ state: true }>;
export type AlertRule = EntryRule | StateRule;

/** What differs from a rule's defaults. */
export type SettingRow = Readonly<{
  rule: string;
  enabled: boolean;
  severity: string | null;
  values: Values;
}>;
export type ExceptionRow = Readonly<{
  rule: string;
  subjectId: string;
  network: string | null;
  expiresAt: number;
}>;
