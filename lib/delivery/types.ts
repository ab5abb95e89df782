import type { Severity } from "@/lib/alerts/schema";

export type Reason = "opened" | "escalated" | "resolved" | "test";

/** An alert as messages contain it. */
export type NotifiedAlert = Readonly<{
  id: string;
  rule: string;
  severity: Severity;
  status: string;
  subject: Readonly<{ kind: string; id: string; label: string }>;
  summary: string;
  surprise: string;
  baseline: string;
  count: number;
  firstAt: string;
  lastAt: string;
  openedAt: string;
  firstEntry: number | null;
  lastEntry: number | null;
  link: string;
}>;

/**
 * A message before it is formatted for a kind of destination. `id`: the delivery's, the same in each
 * attempt. `host`: Chancery's own.
 */
export type Message = Readonly<{
  id: string;
  reason: Reason;
  sentAt: Date;
  host: string;
  alert: NotifiedAlert | null;
}>;

/** `answer`: what the receiver responded, or what went wrong, as text for the history. */
export type SendResult = Readonly<{ ok: boolean; answer: string }>;
export type AttemptResult = SendResult & Readonly<{ milliseconds: number }>;
