import type { Actor } from "@/lib/access/actor";
import { assertProven } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { requirePower } from "@/lib/identities/power";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Recorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { certificateTarget, rotationRequestOf } from "./certificate-dto";
import { describeCertificate, getCertificateRow } from "./get-certificate";
import { assertStaff, changedMeanwhile } from "./request-rotation";
import { clearRotationRequest } from "./rotation-request-repository";
import type { CancelRotationRequestInput, CertificateDto } from "./schema";

/**
 * Withdraws the request to replace a certificate: its renewal information is the usual one again. One
 * that no longer counts stays as it is. With `seen`, a certificate without a request is one that changed
 * meanwhile: a dry run left out the others. Errors: `certificate.not-found`, `certificate.ambiguous`,
 * `identity.confers-power`, `identity.system`, `rotation.not-requested`,
 * `certificate.changed-meanwhile`.
 */
export async function cancelRotationRequest(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  ref: string,
  input: CancelRotationRequestInput = {},
  { seen = false }: Readonly<{ seen?: boolean }> = {},
): Promise<Recorded<CertificateDto>> {
  assertProven(actor);
  const row = await getCertificateRow(deps, actor, "certificates.rotate", ref);
  assertStaff(actor);
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    await requirePower(tx, actor, row.identityId, "cancel-rotation-request");
    const isRequested = rotationRequestOf(row, deps.clock.now()) !== null;
    if (!isRequested || !(await clearRotationRequest(tx, row.id)))
      throw seen ? changedMeanwhile() : notRequested();
    return {
      result: null,
      entries: [
        {
          action: "certificate.rotation-request-canceled",
          outcome: "success",
          target: certificateTarget(row),
          details: { comment: input.comment ?? "" },
        },
      ],
    };
  });
  const canceled = await getCertificateRow(deps, actor, "certificates.rotate", row.id);
  return { result: await describeCertificate(deps, canceled), entryId };
}

const notRequested = (): AppError =>
  new AppError("rotation.not-requested", "The rotation of this certificate is not requested.");
