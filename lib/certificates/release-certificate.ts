import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { auditedTransaction } from "@/lib/log/audited-transaction";
import { statusOf } from "./certificate-dto";
import { markReleased } from "./certificates-repository";
import { describeRow, requireCertificate } from "./get-certificate";
import { certificateTarget } from "./plan-row";
import type { CertificateDto, ReleaseInput } from "./schema";

/** Ends a hold: the certificate is in force again. Errors: `certificate.not-found`, `certificate.state` if it is not on hold. */
export async function releaseCertificate(
  deps: Pick<Deps, "db" | "clock" | "random">,
  actor: Actor,
  ref: string,
  input: ReleaseInput = {},
): Promise<CertificateDto> {
  const row = await requireCertificate(deps, actor, "certificates.revoke", ref);
  const { entryIds } = await auditedTransaction(deps, actor, async (tx) => {
    const released = await markReleased(tx, row.id);
    if (!released)
      throw new AppError(
        "certificate.state",
        `Only a certificate on hold can be released; this one is ${statusOf(row, deps.clock.now())}.`,
        { kind: "conflict" },
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
  const now = await requireCertificate(deps, actor, "certificates.revoke", row.id);
  return { ...(await describeRow(deps, now)), entryId: entryIds[0] ?? "" };
}
