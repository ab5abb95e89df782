import { z } from "zod";
import type { EntrySummary } from "@/lib/log/schema";
import { networkText } from "@/lib/policies/schema";

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
  "first-network",
  "several-networks",
  "first-service",
  "refusal-burst",
  "issuing-spike",
  "off-hours",
  "dormant-revival",
  "expiry-near",
  "crl-late",
  "checkpoint-late",
  "verification-failed",
  "source-gap",
  "sign-in-lockout",
] as const;
export type RuleName = (typeof ruleNames)[number];

export const resolutions = ["expected", "known-change", "malicious", "fixed"] as const;
export type Resolution = (typeof resolutions)[number];

const comment = z.string().trim().max(1000, "At most 1,000 characters.");
const said = comment.min(3, "Say why, in a few words: it stands in the record.");

export const alertQuery = z.strictObject({
  status: z.enum([...alertStatuses, "unresolved"]).optional(),
  rule: z.enum(ruleNames).optional(),
  severity: z.enum(severities).optional(),
  identity: z.string().max(64).optional(),
  subject: z.string().max(200).optional(),
  assigned: z.string().max(64).optional(),
  q: z.string().trim().max(128).optional(),
  cursor: z.string().max(256).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type AlertQuery = z.infer<typeof alertQuery>;
export type AlertQueryInput = z.input<typeof alertQuery>;

export const acknowledgeInput = z.strictObject({ comment: comment.default("") });
/** `to`: an account's id, or null to take the assignment off. `from`: who has it as far as the caller knows; if somebody else has, nothing is changed. */
export const assignInput = z.strictObject({
  to: z.string().max(64).nullable(),
  from: z.string().max(64).nullable().optional(),
});
export const resolveInput = z.strictObject({ resolution: z.enum(resolutions), comment: said });
export const exceptionInput = z.strictObject({
  rule: z.enum(ruleNames),
  subjectKind: z.string().max(32),
  subjectId: z.string().min(1).max(200),
  subjectLabel: z.string().max(200).default(""),
  network: networkText.nullable().default(null),
  days: z.number().int().min(1, "At least a day.").max(366, "At most a year."),
  comment: said,
  alertId: z.string().max(64).nullable().default(null),
});
export type ExceptionInput = z.infer<typeof exceptionInput>;
export const ruleChange = z.strictObject({
  enabled: z.boolean().optional(),
  severity: z.enum(severities).nullable().optional(),
  values: z.record(z.string().max(64), z.number().min(0).max(1_000_000)).optional(),
  comment: comment.default(""),
});
export type RuleChange = z.infer<typeof ruleChange>;

export type AlertDto = Readonly<{
  id: string;
  rule: RuleName;
  ruleTitle: string;
  severity: Severity;
  status: AlertStatus;
  subject: Readonly<{ kind: string; id: string; label: string }>;
  identityId: string | null;
  summary: string;
  /** What was seen, and what is usual there. */
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
  entryId?: string;
  /** Of an answer: true if it changed nothing, as somebody had given it before. */
  unchanged?: boolean;
}>;
/** Somebody to whom an alert can be given, called as in the log. */
export type Assignee = Readonly<{ id: string; label: string }>;
export type AlertList = Readonly<{
  items: readonly AlertDto[];
  nextCursor: string | null;
  counts: Readonly<Record<AlertStatus, number>>;
}>;

/** An alert with the newest entries behind it (`nextCursor` leads to older ones) and what was done about it, the oldest first. */
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
  entryId?: string;
}>;

/** An exception made from an alert. `resolvedBefore`: how somebody else has resolved the alert meanwhile, which stays as it is. */
export type Excepted = ExceptionDto & Readonly<{ resolvedBefore: AlertDto["resolved"] }>;

export type RuleDto = Readonly<{
  name: RuleName;
  title: string;
  /** What it looks for and why, and what keeps it quiet on healthy traffic. */
  explanation: string;
  quietBecause: string;
  enabled: boolean;
  severity: Severity;
  defaultSeverity: Severity;
  /** What can be set, in words, with unit and default. */
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
  entryId?: string;
}>;
/** How far the rules have read. */
export type WatchState = Readonly<{ upto: number; size: number; at: string | null }>;
