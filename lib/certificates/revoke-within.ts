import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { NewEntry } from "@/lib/log/types";
import { certificateTarget } from "./certificate-dto";
import { markRevoked } from "./certificate-repository";
import type { RevokeInput } from "./schema";

/**
 * Revokes certificates within the transaction of another act, which authorizes it. Returns their
 * entries; a certificate that is revoked already needs none.
 */
export async function revokeWithin(
  tx: AuditedTx,
  ids: readonly string[],
  { reason, comment, now }: Readonly<{ reason: RevokeInput["reason"]; comment: string; now: Date }>,
): Promise<NewEntry[]> {
  const rows = await tx.certificate.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, commonName: true, subjectText: true },
    orderBy: { id: "asc" },
  });
  const entries: NewEntry[] = [];
  for (const row of rows) {
    const isRevoked = await markRevoked(tx, row.id, {
      reason,
      comment,
      invalidityDate: null,
      at: now,
    });
    if (isRevoked)
      entries.push({
        action: "certificate.revoked",
        outcome: "success",
        target: certificateTarget(row),
        details: {
          reason,
          comment,
          invalidityDate: null,
          revokedAt: now.toISOString(),
          raised: false,
        },
      });
  }
  return entries;
}
