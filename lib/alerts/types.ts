import type { EntryAction, Outcome } from "@/lib/log/types";
import type { RuleName, Severity } from "./schema";

/** The identity that a certificate is bound to, as the rules see it. */
export type IdentityFacts = Readonly<{
  id: string;
  name: string;
  kind: "person" | "service" | "device";
  networks: readonly string[];
}>;

/** A certificate as the rules see it. Times in milliseconds since 1970. */
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

/** One entry as the rules see it. Times in milliseconds since 1970. */
export type EntryFacts = Readonly<{
  seq: number;
  at: number;
  action: EntryAction;
  outcome: Outcome;
  reason: string | null;
  actor: Readonly<{ kind: string; id: string | null; label: string }>;
  target: Readonly<{ kind: string; id: string; label: string }> | null;
  identity: IdentityFacts | null;
  certificate: CertificateFacts | null;
  fingerprint: string | null;
  ip: string | null;
  /** The address's /24 or /48. */
  network: string | null;
  /**
   * What the request was for: a service, "chancery", or the name of a reported event; null if the
   * entry is not about a request.
   */
  service: string | null;
  /** The code of the refusal. */
  code: string | null;
  /** The HTTP status of the refusal, if known. */
  status: number | null;
  /** The certificate itself was accepted, whatever became of the request. */
  isAuthenticated: boolean;
  /** How many requests the entry stands for: 1, except for refusals that were counted. */
  times: number;
  details: Readonly<Record<string, unknown>>;
}>;

export type Span = Readonly<{ firstAt: number; lastAt: number; count: number }>;

/**
 * What is usual for an identity: its earlier requests in which its certificate was accepted.
 */
export type Baseline = Readonly<{
  firstAt: number;
  lastAt: number;
  count: number;
  networks: ReadonlyMap<string, Span>;
  services: ReadonlyMap<string, Span>;
  /** When a certificate was last used from each network, within the last hour. */
  lastFrom: (certificateId: string) => ReadonlyMap<string, number>;
}>;

/** One hour of the day (UTC) in which a person was active, and on which days. */
export type ActiveHour = Readonly<{
  hourOfDay: number;
  days: number;
  firstDay: string;
  lastDay: string;
}>;

/** What was known before this entry. */
export type RuleContext = Readonly<{
  baseline: Baseline | null;
  /** Times of what the rule counts, within its window, oldest first; includes this entry. */
  timestamps: readonly number[];
  /** The hours in which the person or account of this entry is active. */
  activeHours: readonly ActiveHour[];
  /**
   * Certificates planned by this actor with this profile, by the start of the hour; includes this
   * entry.
   */
  issuedPerHour: ReadonlyMap<number, number>;
}>;

export type Subject = Readonly<{ kind: string; id: string; label: string }>;

/** A rule matched: what happened, in text that a person can act on. */
export type Finding = Readonly<{
  subject: Subject;
  severity: Severity;
  /** One sentence: what happened to whom. */
  summary: string;
  /** What was seen, and what is usual. */
  surprise: string;
  baseline: string;
  /** True: added to an alert that is open already, but opens none. */
  continuesOnly?: boolean;
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

type RuleDescription = Readonly<{
  name: RuleName;
  title: string;
  severity: Severity;
  /** What the rule looks for and why, and what keeps it quiet on healthy traffic. */
  explanation: string;
  quietBecause: string;
  values: readonly RuleValue[];
  /** It watches users and API tokens: operators make no exceptions from it. */
  watchesStaff?: true;
}>;

/**
 * What a rule counts: occurrences of `key` within `windowMs`, at most `max` of them kept. An entry
 * counts as often as its facts say (`times`).
 */
export type Counter = Readonly<{ key: string; windowMs: number; max: number }>;

/**
 * A rule that is evaluated for each entry. It is pure: the same entry, context and values give the
 * same finding.
 */
export type EntryRule = RuleDescription &
  Readonly<{
    /** What this entry counts towards; null for nothing. */
    counter?: (facts: EntryFacts, values: Values, baseline: Baseline | null) => Counter | null;
    evaluate: (facts: EntryFacts, context: RuleContext, values: Values) => Finding | null;
  }>;

/** A rule about something that did not happen, so no entry shows it: checked every few seconds. */
export type StateRule = RuleDescription & Readonly<{ state: true }>;
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
