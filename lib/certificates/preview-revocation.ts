import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { formatIso } from "@/lib/format/time";
import { certificateItem } from "./certificate-dto";
import { countValidOf, findUses } from "./certificates-repository";
import { requireCertificate } from "./get-certificate";
import { findCertificateRow } from "./rows-repository";
import type { RevocationPreview } from "./schema";

/** What a revocation would hit, in figures: when and from where it was last used, what takes its place. Errors: `certificate.not-found`. */
export async function previewRevocation(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  ref: string,
): Promise<RevocationPreview> {
  const row = await requireCertificate(deps, actor, "certificates.revoke", ref),
    now = deps.clock.now();
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
