import type { AnyActor } from "@/lib/access/actor";
import { assertProven } from "@/lib/access/permissions";
import { formatSan } from "@/lib/certificates/certificate-dto";
import { type Certificate, getCertificateRow } from "@/lib/certificates/get-certificate";
import type { CertificateDto } from "@/lib/certificates/schema";
import { AppError, isAppError } from "@/lib/errors/app-error";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import { readCertificate } from "@/lib/pki/certificate";
import { parseCsr } from "@/lib/pki/csr";
import { describeName } from "@/lib/pki/names";
import type { ParsedCsr } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
import type { EstRequest } from "./enroll";

/**
 * simplereenroll (RFC 7030 section 4.2.2): the successor of the client's own certificate, with a new
 * key, the same subject and the same names. It is a rotation: both are linked, and the predecessor is
 * revoked as superseded after the overlap of its profile. Errors: `est.certificate-required`,
 * `est.other-profile`, `est.names-differ`, `certificate.asserted`, those of `rotateCertificate`.
 */
export async function reenroll(
  deps: Deps,
  actor: AnyActor,
  { label, csr }: EstRequest,
): Promise<MaybeRecorded<CertificateDto>> {
  assertProven(actor);
  if (actor.kind !== "certificate" || actor.id === null)
    throw new AppError(
      "est.certificate-required",
      "simplereenroll needs the client certificate that it replaces. Connect to the mTLS port with it, or enroll with a new enrollment secret.",
    );
  const current = await getCertificateRow(deps, actor, "certificates.rotate", actor.id);
  if (label !== null && label !== current.profileSlug)
    throw new AppError(
      "est.other-profile",
      `This certificate was issued under the profile ${current.profileSlug}, and its successor is too. Use that label, or none.`,
    );
  assertSameNames(csr, current);
  return rotateCertificate(deps, actor, current.id, { csr });
}

/** What is no CSR is left to the decision, which records why. */
function assertSameNames(text: string, { der, sans }: Certificate): void {
  const csr = readOrNull(text);
  if (csr === null || !der) return;
  const wanted = describe(describeName(readCertificate(der).subjectDer), sans);
  const asked = describe(csr.subjectText, csr.sans.map(formatSan));
  if (asked === wanted) return;
  const [shownWanted, shownAsked] = [wanted, asked].map((text) => text.slice(0, maxShown));
  throw new AppError(
    "est.names-differ",
    `The CSR must have the subject and the names of the certificate that it replaces (${shownWanted}), and has others (${shownAsked}).`,
  );
}

const maxShown = 1_000;
const describe = (subject: string, sans: readonly string[]): string =>
  [`subject ${subject || "empty"}`, ...new Set(sans.toSorted())].join(", ");

function readOrNull(text: string): ParsedCsr | null {
  try {
    return parseCsr(text);
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}
