import { systemActor } from "@/lib/access/actor";
import type { Deps } from "@/lib/runtime/deps";
import type { Severity } from "@/lib/alerts/schema";
import { newId } from "@/lib/format/ids";
import type { SubjectDetail } from "@/lib/log/detail-types";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { enqueueDeliveries, type Notification } from "@/lib/alerts/enqueue-deliveries";

/**
 * Opens an alert with its figures and its entry, and enqueues its deliveries, in one transaction.
 * Returns its id.
 */
export async function openAlert(
  deps: Pick<Deps, "clock" | "random" | "recorder">,
  {
    severity = "high",
    reason = "opened",
    subject: about,
  }: Readonly<{
    severity?: Severity;
    reason?: Notification["reason"];
    /** An identity that exists, or a user. */
    subject?: SubjectDetail;
  }> = {},
): Promise<string> {
  const now = deps.clock.now();
  const id = newId("alr", now, deps.random.bytes);
  const subject = about ?? {
    kind: "identity",
    id: newId("idn", now, deps.random.bytes),
    label: "payments",
  };
  const summary = "A revoked certificate of payments was used";
  const why = { surprise: "4 requests from 198.51.100.7.", baseline: "None since it was revoked." };
  await auditedTransaction(deps.recorder, systemActor("alerts", "req_test"), async (tx) => {
    await tx.alert.create({
      data: {
        id,
        rule: "revoked-used",
        severity,
        subjectKind: subject.kind,
        subjectId: subject.id,
        subjectLabel: subject.label,
        identityId: about?.kind === "identity" ? about.id : null,
        status: "open",
        summary,
        openedAt: now,
        changedAt: now,
      },
    });
    await tx.alertFigures.create({
      data: { alertId: id, count: 4n, firstSeq: 12n, lastSeq: 15n, firstAt: now, lastAt: now, why },
    });
    await enqueueDeliveries(tx, deps, { alertId: id, severity, reason });
    return {
      result: null,
      entries: [
        {
          action: "alert.opened",
          outcome: "success",
          target: { kind: "alert", id, label: summary },
          details: { rule: "revoked-used", severity, subject, summary, ...why, entries: [12] },
        },
      ],
    };
  });
  return id;
}
