import type { MaybeRecorded } from "@/lib/log/record/recorded";
import type { Actor } from "@/lib/access/actor";
import { scopeOf } from "@/lib/access/permissions";
import { certificateStatusOf, parseSan } from "@/lib/certificates/certificate-dto";
import { getCertificateRow, type Certificate } from "@/lib/certificates/get-certificate";
import type { RotateInput } from "@/lib/certificates/request-schema";
import type { CertificateDto } from "@/lib/certificates/schema";
import { readCertificate } from "@/lib/pki/certificate";
import { readName } from "@/lib/pki/names";
import type { EarlierNames } from "@/lib/pki/names-request";
import type { Deps } from "@/lib/runtime/deps";
import type { Predecessor } from "./decide-issuance";
import { issueWithKeyOf } from "./issue-certificate";
import type { KeylessRequest } from "./server-key/sample-key";

/**
 * Issues a successor with a new key for the same identity under the same profile, links both, and
 * revokes the predecessor as superseded: at once, or after the overlap. The new key is that of the
 * CSR, or made here. An expired predecessor is
 * linked and otherwise left alone. Returns the successor. Errors: as `issueCertificate`, with
 * `key.not-new`, `certificate.state` and `certificate.has-successor` among the reasons;
 * `certificate.not-found`, `certificate.ambiguous`.
 */
export async function rotateCertificate(
  deps: Deps,
  actor: Actor,
  ref: string,
  input: RotateInput,
): Promise<MaybeRecorded<CertificateDto>> {
  const row = await getCertificateRow(deps, actor, "certificates.rotate", ref);
  const { csr, key } = input;
  const request: KeylessRequest = {
    profile: row.profileId,
    identity: row.identityId,
    validitySeconds: input.validitySeconds,
    onlyIdentityId: row.identityId,
    bySelf: scopeOf(actor.role, "certificates.rotate") === "own",
    requester: actor,
    predecessor: {
      ...predecessorOf(row, deps.clock.now()),
      overlapSeconds: input.overlapSeconds,
    },
  };
  const names = key ? namesOf(request.predecessor) : {};
  return issueWithKeyOf(deps, actor, { ...request, ...names }, { csr, key });
}

/** Those of the predecessor: a request for a key that is made here has no CSR with others. */
const namesOf = (predecessor: Predecessor | null): Pick<KeylessRequest, "sans" | "subject"> =>
  predecessor
    ? {
        sans: predecessor.names.sans,
        subject: predecessor.names.commonNames.map((value) => ({ type: "CN", value })),
      }
    : {};

/** A certificate as the predecessor of one that is requested. */
export const predecessorOf = (row: Certificate, now: Date): Predecessor => ({
  id: row.id,
  state: row.state,
  status: certificateStatusOf(row, now),
  successorId: row.successorId,
  names: earlierNamesOf(row),
});

/** The names that the predecessor carries. */
function earlierNamesOf({ der, sans }: Certificate): EarlierNames {
  const subject = der ? readName(readCertificate(der).subjectDer) : [];
  return {
    commonNames: subject.filter(({ type }) => type === "CN").map(({ value }) => value),
    sans: sans.map(parseSan),
  };
}
