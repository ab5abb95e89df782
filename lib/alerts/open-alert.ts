import { AppError } from "@/lib/errors/app-error";
import { cutText } from "@/lib/format/cut-text";
import { newId } from "@/lib/format/ids";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import type { Deps } from "@/lib/runtime/deps";
import { alertTarget } from "./alert-dto";
import { insertAlert, raiseSeverity } from "./alert-repository";
import { enqueueDeliveries } from "./enqueue-deliveries";
import type { RuleName, Severity } from "./schema";
import type { Subject } from "./types";

export type NewAlertInput = Readonly<{
  rule: RuleName;
  severity: Severity;
  subject: Subject;
  identityId: string | null;
  summary: string;
  surprise: string;
  baseline: string;
  count: number;
  firstSeq: number | null;
  lastSeq: number | null;
  firstAt: number;
  lastAt: number;
  seqs: readonly number[];
}>;
type OpenDeps = Pick<Deps, "clock" | "random">;

const maxRecordedEntries = 20;
const maxTextLength = 500;
const cut = (text: string): string =>
  text.length > maxTextLength ? `${cutText(text, maxTextLength - 1)}…` : text.toWellFormed();

/**
 * Opens an alert and enqueues its deliveries, in the caller's transaction. Returns the entry, which
 * the caller must commit.
 */
export async function openAlert(
  deps: OpenDeps,
  tx: AuditedTx,
  opening: NewAlertInput,
): Promise<NewEntry> {
  const now = deps.clock.now();
  const id = newId("alr", now, deps.random.bytes);
  const { rule, severity, seqs } = opening;
  const subject = {
    ...opening.subject,
    id: cutText(opening.subject.id, 200),
    label: cutText(opening.subject.label, 200),
  };
  const summary = cut(opening.summary);
  const surprise = cut(opening.surprise);
  const baseline = cut(opening.baseline);
  await insertAlert(tx, {
    ...opening,
    id,
    subject,
    summary,
    surprise,
    baseline,
    openedAt: now,
    firstAt: new Date(opening.firstAt),
    lastAt: new Date(opening.lastAt),
  });
  await enqueueDeliveries(tx, deps, { alertId: id, severity, reason: "opened" });
  return {
    action: "alert.opened",
    outcome: "success",
    target: alertTarget({ id, rule, subjectLabel: subject.label }),
    details: {
      rule,
      severity,
      subject,
      identityId: opening.identityId,
      summary,
      surprise,
      baseline,
      entries: seqs.slice(0, maxRecordedEntries),
    },
  };
}

/**
 * Raises an alert's severity and enqueues its deliveries, in the caller's transaction. Returns the
 * entry. Errors: `alert.changed` if it was resolved or raised in the meantime.
 */
export async function escalateAlert(
  deps: OpenDeps,
  tx: AuditedTx,
  {
    id,
    rule,
    from,
    to,
    subjectLabel,
    count,
  }: Readonly<{
    id: string;
    rule: string;
    from: Severity;
    to: Severity;
    subjectLabel: string;
    count: number;
  }>,
): Promise<NewEntry> {
  if (!(await raiseSeverity(tx, id, from, to, deps.clock.now())))
    throw new AppError("alert.changed", "This alert was changed in the meantime.");
  await enqueueDeliveries(tx, deps, {
    alertId: id,
    severity: to,
    reason: "escalated",
  });
  return {
    action: "alert.escalated",
    outcome: "success",
    target: alertTarget({ id, rule, subjectLabel }),
    details: { rule, from, to, count },
  };
}
