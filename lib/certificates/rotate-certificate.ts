import type { Actor } from "@/lib/auth/actor";
import type { Deps } from "@/lib/deps";
import { statusOf } from "./certificate-dto";
import { requireCertificate } from "./get-certificate";
import { mayEmpower } from "./may-empower";
import { obtainCertificate } from "./obtain-certificate";
import type { CertificateDto, RotateInput } from "./schema";

/**
 * Issues a successor with a new key for the same identity under the same profile, links both, and ends the predecessor as superseded: now, or
 * after the overlap. An expired predecessor is linked and left as it is. Answers with the successor. Errors: as `issueCertificate`, with
 * `key.not-new`, `certificate.state` and `certificate.has-successor` among the reasons; `certificate.not-found`.
 */
export async function rotateCertificate(
  deps: Deps,
  actor: Actor,
  ref: string,
  input: RotateInput,
): Promise<CertificateDto> {
  const row = await requireCertificate(deps, actor, "certificates.rotate", ref);
  const predecessor = {
    id: row.id,
    state: row.state,
    status: statusOf(row, deps.clock.now()),
    successorId: row.successorId,
  };
  const asked = {
    profile: row.profileId,
    identity: row.identityId,
    csr: input.csr,
    validitySeconds: input.validitySeconds,
    onlyIdentityId: row.identityId,
    mayEmpower: mayEmpower(actor),
    predecessor,
  };
  return obtainCertificate(
    deps,
    actor,
    asked,
    ({ profile }) => input.overlapSeconds ?? profile?.rules.rotationOverlapSeconds ?? 0,
  );
}
