import type { AnyActor } from "@/lib/access/actor";
import { assertProven, authorize } from "@/lib/access/permissions";
import type { CertificateDto } from "@/lib/certificates/schema";
import { getCertificateRow } from "@/lib/certificates/get-certificate";
import { issueBySecret } from "@/lib/enrollment/issue-by-secret";
import { issuanceRequest } from "@/lib/issuing/decide-issuance";
import { issueForRequest } from "@/lib/issuing/issue-for-request";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";

/** What a client sends, and at which address. */
export type EstRequest = Readonly<{
  /** The slug of a profile; null for the credential's own. */
  label: string | null;
  /** PKCS#10 in base64. */
  csr: string;
}>;

/**
 * simpleenroll (RFC 7030 section 4.2.1): a certificate for the identity of the client's certificate
 * or enrollment secret, for names that it holds. Without a label, the profile is that of the
 * credential. Errors: those of `issueCertificate` and `issueBySecret`, `certificate.asserted`.
 */
export async function enroll(
  deps: Deps,
  actor: AnyActor,
  { label, csr }: EstRequest,
): Promise<MaybeRecorded<CertificateDto>> {
  assertProven(actor);
  if (actor.kind === "enrollment-secret")
    return issueBySecret(deps, actor, { profile: label ?? "", identity: "", csr }, "est");
  const scope = authorize(actor, "certificates.issue");
  const profile =
    label ?? (await getCertificateRow(deps, actor, "certificates.read", actor.id ?? "")).profileId;
  const request = issuanceRequest(actor, scope, { profile, identity: actor.identityId ?? "", csr });
  return issueForRequest(deps, actor, request);
}
