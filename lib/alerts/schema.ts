import { z } from "zod";
import { searchText } from "@/lib/format/search-text";
import { note, optionalLabel } from "@/lib/format/label";
import type { EntrySummary } from "@/lib/log/schema";
import { networkText } from "@/lib/net/schema";

export const severities = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof severities)[number];
export const alertStatuses = ["open", "acknowledged", "resolved"] as const;
export type AlertStatus = (typeof alertStatuses)[number];

export const ruleNames = [
  "revoked-used",
  "expired-used",
  "forged-certificate",
  "not-yet-valid-used",
  "suspended-identity",
  "outside-networks",
  "enrollment-secret-reused",
  "first-network",
  "several-networks",
  "first-service",
  "refusal-burst",
  "issuing-spike",
  "off-hours",
  "dormant-revival",
  "expiry-near",
  "rotation-overdue",
  "crl-late",
  "crl-outdated",
  "checkpoint-late",
  "verification-failed",
  "signer-refused",
  "revocations-lost",
  "unreadable-entry",
  "reader-stalled",
  "clock-off",
  "source-gap",
  "sign-in-lockout",
  "names-undecided",
  "names-overridden",
] as const;
export type RuleName = (typeof ruleNames)[number];

export const resolutions = ["expected", "known-change", "malicious", "fixed"] as const;
export type Resolution = (typeof resolutions)[number];

const comment = note(1000);
const requiredComment = note(1000, 3, "Enter a short reason. It is recorded in the audit log.");

export const alertQuery = z.strictObject({
  status: z.enum([...alertStatuses, "unresolved"]).optional(),
  rule: z.enum(ruleNames).optional(),
  severity: z.enum(severities).optional(),
  identity: z.string().max(64).optional(),
  subject: z.string().max(200).optional(),
  assigned: z.string().max(64).optional(),
  /** Words, each a part of what it says, of whom it is about or of its rule, or a whole id. */
  q: searchText,
  cursor: z.string().max(256).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
/** As the list's URL has them: "all" is no filter by state; the default is open and acknowledged. */
export const alertListQuery = alertQuery.extend({
  status: z.enum([...alertStatuses, "unresolved", "all"]).optional(),
});
export type AlertQuery = z.infer<typeof alertQuery>;
export type AlertQueryInput = z.input<typeof alertQuery>;

export const acknowledgeInput = z.strictObject({ comment: comment.default("") });
/**
 * `to`: an account's id, or null to unassign. `from`: the current assignee as far as the caller
 * knows; if it is another one, nothing is changed.
 */
export const assignInput = z.strictObject({
  to: z.string().max(64).nullable(),
  from: z.string().max(64).nullable().optional(),
});
export const resolveInput = z.strictObject({
  resolution: z.enum(resolutions),
  comment: requiredComment,
});

export const exceptionInput = z.strictObject({
  rule: z.enum(ruleNames),
  subjectKind: z.string().max(32),
  subjectId: z.string().min(1).max(200),
  subjectLabel: optionalLabel(200).default(""),
  network: networkText.nullable().default(null),
  days: z.number().int().min(1, "Enter at least 1 day.").max(366, "Enter at most 366 days."),
  comment: requiredComment,
  alertId: z.string().max(64).nullable().default(null),
});
export type ExceptionInput = z.infer<typeof exceptionInput>;
export const ruleChange = z.strictObject({
  enabled: z.boolean().optional(),
  severity: z.enum(severities).nullable().optional(),
  values: z.record(z.string().max(64), z.number().min(0).max(1_000_000)).optional(),
  comment: comment.default(""),
});

export type AlertDto = Readonly<{
  id: string;
  rule: RuleName;
  ruleTitle: string;
  severity: Severity;
  status: AlertStatus;
  subject: Readonly<{ kind: string; id: string; label: string }>;
  identityId: string | null;
  summary: string;
  /** What was seen, and what is usual. */
  surprise: string;
  baseline: string;
  count: number;
  firstAt: string;
  lastAt: string;
  firstSeq: number | null;
  lastSeq: number | null;
  openedAt: string;
  assignedTo: Assignee | null;
  acknowledged: Readonly<{ by: string; at: string }> | null;
  resolved: Readonly<{ by: string; at: string; resolution: Resolution; comment: string }> | null;
  /** In a response: true if nothing changed, because it was already so. */
  unchanged?: boolean;
}>;
/** A user to whom an alert can be assigned, labeled as in the audit log. */
export type Assignee = Readonly<{ id: string; label: string }>;
export type AlertList = Readonly<{
  items: readonly AlertDto[];
  nextCursor: string | null;
  previousCursor: string | null;
  counts: Readonly<Record<AlertStatus, number>>;
}>;

/**
 * An alert with one page of the entries that it counts, newest first, and its history, oldest
 * first.
 */
export type AlertDetail = Readonly<{
  alert: AlertDto;
  entries: Readonly<{ items: readonly EntrySummary[]; nextCursor: string | null }>;
  history: readonly EntrySummary[];
}>;

export type ExceptionDto = Readonly<{
  id: string;
  rule: RuleName;
  subject: Readonly<{ kind: string; id: string; label: string }>;
  network: string | null;
  comment: string;
  createdBy: string;
  createdAt: string;
  expiresAt: string;
  endedAt: string | null;
}>;

/**
 * An exception created from an alert. `resolvedBefore`: how another user had resolved the alert.
 */
export type AlertException = ExceptionDto & Readonly<{ resolvedBefore: AlertDto["resolved"] }>;

export type RuleDto = Readonly<{
  name: RuleName;
  title: string;
  /** What the rule looks for and why, and what keeps it quiet on healthy traffic. */
  explanation: string;
  quietBecause: string;
  enabled: boolean;
  severity: Severity;
  defaultSeverity: Severity;
  /** The values that can be set, with label, unit and bounds. */
  values: readonly Readonly<{
    key: string;
    label: string;
    unit: string;
    value: number;
    defaultValue: number;
    min: number;
    max: number;
  }>[];
  /** Of the last 30 days. */
  alerts: Readonly<{ total: number; expected: number; malicious: number }>;
}>;
/** How far the rules have been evaluated. */
export type WatchState = Readonly<{ upto: number; size: number; at: string | null }>;
