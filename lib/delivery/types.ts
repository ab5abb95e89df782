import type { Severity } from "@/lib/alerts/schema";

export type Reason = "opened" | "escalated" | "resolved" | "test";

/** An alert as it is told to somebody outside. */
export type ToldAlert = Readonly<{
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

/** One message, before it takes the form of its kind. `id` is that of the delivery: the same in every repetition. `host` is ours. */
export type Message = Readonly<{
  id: string;
  reason: Reason;
  sentAt: Date;
  host: string;
  alert: ToldAlert | null;
}>;

/** How one attempt ended, in words for the history. */
export type Outcome = Readonly<{ ok: boolean; answer: string; milliseconds: number }>;
