import type { Recorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { assertProven } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { authorize } from "@/lib/access/permissions";
import { assertNamesHeld } from "@/lib/identities/assert-names-held";
import { requirePower } from "@/lib/identities/power";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { certificateStatusOf, certificateTarget } from "./certificate-dto";
import { markReleased } from "./certificate-repository";
import { describeCertificate, getCertificateRow } from "./get-certificate";
import type { CertificateDto, ReleaseInput } from "./schema";

/**
 * Releases a certificate from hold: it is valid again. Only those who may place a hold lift it, so
 * never the identity itself, whose key may be in doubt, and only while the identity still holds its
 * names. Errors: `certificate.not-found`, `certificate.ambiguous`, `certificate.state` if it is not
 * on hold, `identity.confers-power`, `name.not-held`.
 */
export async function releaseCertificate(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  ref: string,
  input: ReleaseInput = {},
): Promise<Recorded<CertificateDto>> {
  assertProven(actor);
  const row = await getCertificateRow(deps, actor, "certificates.revoke", ref);
  authorize(actor, "certificates.hold");
  const { entryId } = await auditedTransaction(deps.recorder, actor, async (tx) => {
    await requirePower(tx, actor, row.identityId, "release");
    const isReleased = await markReleased(tx, row.id);
    if (isReleased) await assertNamesHeld(tx, row.identityId, row);
    if (!isReleased)
      throw new AppError(
        "certificate.state",
        `Only a certificate on hold can be released; this one is ${certificateStatusOf(row, deps.clock.now())}.`,
      );
    return {
      result: null,
      entries: [
        {
          action: "certificate.released",
          outcome: "success",
          target: certificateTarget(row),
          details: { comment: input.comment ?? "" },
        },
      ],
    };
  });
  const released = await getCertificateRow(deps, actor, "certificates.revoke", row.id);
  return { result: await describeCertificate(deps, released), entryId };
}
