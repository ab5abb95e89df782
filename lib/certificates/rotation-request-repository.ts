import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type RotationRequest = Readonly<{
  replaceBy: Date;
  requestedAt: Date;
  requestedBy: string;
  comment: string;
}>;

/**
 * Notes that a valid certificate without a successor is to be replaced. False if it is none, or is
 * to be replaced by an earlier date already.
 */
export async function markRotationRequested(
  tx: AuditedTx,
  id: string,
  { replaceBy, requestedAt, requestedBy, comment }: RotationRequest,
): Promise<boolean> {
  const changed =
    await tx.$executeRaw`update certificate c set rotate_by = ${replaceBy}, rotation_requested_at = ${requestedAt},
      rotation_requested_by = ${requestedBy}, rotation_comment = ${comment}
    where id = ${id} and state = 'issued' and not_after >= ${replaceBy} and (rotate_by is null or rotate_by > ${replaceBy})
      and not exists (select from certificate s where s.predecessor_id = c.id)`;
  return changed === 1;
}

/** False if there is no request. */
export async function clearRotationRequest(tx: AuditedTx, id: string): Promise<boolean> {
  const { count } = await tx.certificate.updateMany({
    where: { id, rotateBy: { not: null } },
    data: {
      rotateBy: null,
      rotationRequestedAt: null,
      rotationRequestedBy: null,
      rotationComment: null,
    },
  });
  return count === 1;
}
