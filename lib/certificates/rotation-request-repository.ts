import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import { isRotationFulfilled } from "./certificate-state-repository";

export type RotationRequest = Readonly<{
  replaceBy: Date;
  requestedAt: Date;
  requestedBy: string;
  comment: string;
}>;

/**
 * Notes that a valid certificate without a successor is to be replaced. False if it is none, or is
 * to be replaced by an earlier date already, unless that request is fulfilled.
 */
export async function markRotationRequested(
  tx: AuditedTx,
  id: string,
  { replaceBy, requestedAt, requestedBy, comment }: RotationRequest,
): Promise<boolean> {
  const values = [id, replaceBy, requestedAt, requestedBy, comment];
  return (await tx.$executeRawUnsafe(markText, ...values)) === 1;
}
const markText = `update certificate c set rotate_by = $2::timestamptz, rotation_requested_at = $3::timestamptz,
    rotation_requested_by = $4, rotation_comment = $5
  where id = $1 and state = 'issued' and not_after >= $2::timestamptz and (rotate_by is null or rotate_by > $2::timestamptz or ${isRotationFulfilled})
    and not exists (select from certificate s where s.predecessor_id = c.id)`;

/** False if there is no request, or the certificate is no longer valid. */
export async function clearRotationRequest(tx: AuditedTx, id: string): Promise<boolean> {
  const { count } = await tx.certificate.updateMany({
    where: { id, state: "issued", rotateBy: { not: null } },
    data: {
      rotateBy: null,
      rotationRequestedAt: null,
      rotationRequestedBy: null,
      rotationComment: null,
    },
  });
  return count === 1;
}
