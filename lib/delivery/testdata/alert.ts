import { systemActor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import type { Severity } from "@/lib/alerts/schema";
import { newId } from "@/lib/ids";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { enqueueDeliveries, throughPrisma, type Announcement } from "../enqueue";

/** Opens an alert with its figures and its entry, and has it told, in one transaction. Returns its id. */
export async function openAlert(
  deps: Pick<Deps, "db" | "clock" | "random">,
  {
    severity = "high",
    reason = "opened",
  }: Readonly<{ severity?: Severity; reason?: Announcement["reason"] }> = {},
): Promise<string> {
  const now = deps.clock.now(),
    id = newId("alr", now, deps.random.bytes),
    subject = { kind: "identity", id: newId("idn", now, deps.random.bytes), label: "payments" };
  const summary = "A revoked certificate of payments was used",
    why = { surprise: "4 requests from 198.51.100.7.", baseline: "None since it was revoked." };
  await auditedTransaction(deps, systemActor("alerts", "req_test"), async (tx) => {
    await tx.alert.create({
      data: {
        id,
        rule: "revoked-used",
        severity,
        subjectKind: subject.kind,
        subjectId: subject.id,
        subjectLabel: subject.label,
        status: "open",
        summary,
        openedAt: now,
        changedAt: now,
      },
    });
    await tx.alertFigures.create({
      data: { alertId: id, count: 4n, firstSeq: 12n, lastSeq: 15n, firstAt: now, lastAt: now, why },
    });
    await enqueueDeliveries(throughPrisma(tx), deps, { alertId: id, severity, reason });
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
