import type { Actor } from "@/lib/access/actor";
import { formatIso } from "@/lib/format/time";
import type { Deps } from "@/lib/runtime/deps";
import { certificateItem } from "./certificate-dto";
import { countValidOf, findUses, findCertificateRow } from "./certificate-repository";
import { getCertificateRow } from "./get-certificate";
import type { RevocationPreview } from "./schema";

/**
 * The consequences of a revocation: when and from how many addresses the certificate was used, and
 * what replaces it. Errors: `certificate.not-found`, `certificate.ambiguous`.
 */
export async function previewRevocation(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  ref: string,
): Promise<RevocationPreview> {
  const row = await getCertificateRow(deps, actor, "certificates.revoke", ref);
  const now = deps.clock.now();
  const [uses, others, successorRow] = await Promise.all([
    findUses(deps.db, row.id),
    countValidOf(deps.db, row.identityId, row.id, now),
    row.successorId ? findCertificateRow(deps.db, row.successorId) : null,
  ]);
  const successor = successorRow && certificateItem(successorRow, now);
  return {
    certificate: certificateItem(row, now),
    lastUsedAt: uses.lastUsedAt && formatIso(uses.lastUsedAt),
    uses: uses.uses,
    origins: uses.origins,
    otherCertificatesOfIdentity: others,
    successor: successor && {
      id: successor.id,
      status: successor.status,
      notAfter: successor.notAfter,
    },
  };
}
