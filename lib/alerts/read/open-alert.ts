import { titleOf } from "@/lib/alerts/rules/all-rules";
import type { RuleName, Severity } from "@/lib/alerts/schema";
import type { Subject } from "@/lib/alerts/types";
import { enqueueDeliveries, throughPrisma } from "@/lib/delivery/enqueue";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/ids";
import type { AuditedTx } from "@/lib/log/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import { insertAlert, raiseSeverity } from "./take-repository";

export type Opening = Readonly<{
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

export const alertTarget = (
  alert: Readonly<{ id: string; rule: string; subjectLabel: string }>,
): NonNullable<NewEntry["target"]> => ({
  kind: "alert",
  id: alert.id,
  label: `${titleOf(alert.rule as RuleName)}: ${alert.subjectLabel}`.slice(0, 200),
});

const mostNamed = 20,
  longest = 500;
const cut = (said: string): string =>
  said.length > longest ? `${said.slice(0, longest - 1)}…` : said;

/** Opens an alert and has it told, in the transaction that its entry belongs to. Returns the entry. */
export async function openAlert(
  deps: OpenDeps,
  tx: AuditedTx,
  opening: Opening,
): Promise<NewEntry> {
  const now = deps.clock.now(),
    id = newId("alr", now, deps.random.bytes),
    { rule, severity, seqs } = opening;
  const subject = {
    ...opening.subject,
    id: opening.subject.id.slice(0, 200),
    label: opening.subject.label.slice(0, 200),
  };
  const summary = cut(opening.summary),
    surprise = cut(opening.surprise),
    baseline = cut(opening.baseline);
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
  await enqueueDeliveries(throughPrisma(tx), deps, { alertId: id, severity, reason: "opened" });
  return {
    action: "alert.opened",
    outcome: "success",
    target: alertTarget({ id, rule, subjectLabel: subject.label }),
    details: {
      rule,
      severity,
      subject,
      summary,
      surprise,
      baseline,
      entries: seqs.slice(0, mostNamed),
    },
  };
}

/** Raises an alert's severity and has that told. Throws AppError `alert.changed` if it was resolved or raised meanwhile. */
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
    throw new AppError("alert.changed", "The alert was changed meanwhile.", { kind: "conflict" });
  await enqueueDeliveries(throughPrisma(tx), deps, {
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
