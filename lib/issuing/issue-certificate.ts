import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { IssueInput } from "@/lib/certificates/request-schema";
import type { CertificateDto } from "@/lib/certificates/schema";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { Deps } from "@/lib/runtime/deps";
import { issuanceRequest } from "./decide-issuance";
import { type IssueDeps, issueForRequest, type StoredRequest } from "./issue-for-request";
import { issueWithServerKey } from "./server-key/issue-with-server-key";

/**
 * Issues a certificate from a CSR, or with a key that is made here. Errors: as `issueForRequest`,
 * `key.busy`.
 */
export async function issueCertificate(
  deps: IssueDeps & Pick<Deps, "keyQueue">,
  actor: Actor,
  { csr, key, ...input }: IssueInput,
): Promise<MaybeRecorded<CertificateDto>> {
  const request = issuanceRequest(actor, authorize(actor, "certificates.issue"), input);
  return issueWithKeyOf(deps, actor, request, { csr, key });
}

/** The same for a caller that is authorized already: with the key of a CSR, or with one made here. */
export async function issueWithKeyOf(
  deps: IssueDeps & Pick<Deps, "keyQueue">,
  actor: Actor,
  request: Omit<StoredRequest, "csr" | "serverKey">,
  { csr, key }: Pick<IssueInput, "csr" | "key">,
): Promise<MaybeRecorded<CertificateDto>> {
  return key
    ? issueWithServerKey(deps, actor, request, key)
    : issueForRequest(deps, actor, { ...request, csr: csr ?? "" });
}
