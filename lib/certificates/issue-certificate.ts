import type { Actor } from "@/lib/auth/actor";
import { authorize } from "@/lib/auth/permissions";
import type { Deps } from "@/lib/deps";
import { mayEmpower } from "./may-empower";
import { obtainCertificate } from "./obtain-certificate";
import type { CertificateDto, IssueInput } from "./schema";

/**
 * Issues a certificate from a signing request: decided, on the record, signed, on the record again, then answered. Errors:
 * `certificate.refused` with every reason, `signer.unavailable`, `record.unavailable`.
 */
export async function issueCertificate(
  deps: Deps,
  actor: Actor,
  input: IssueInput,
): Promise<CertificateDto> {
  const scope = authorize(actor, "certificates.issue");
  const onlyIdentityId = scope === "own" ? (actor.identityId ?? "") : null;
  return obtainCertificate(
    deps,
    actor,
    { ...input, onlyIdentityId, mayEmpower: mayEmpower(actor), predecessor: null },
    () => null,
  );
}
