import type { Actor } from "@/lib/access/actor";
import { certificateTarget } from "@/lib/certificates/certificate-dto";
import { describeCertificate, findCertificate } from "@/lib/certificates/get-certificate";
import type { CertificateDto } from "@/lib/certificates/schema";
import { isAppError } from "@/lib/errors/app-error";
import type { RequestDetail } from "@/lib/log/detail-types";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Recorded } from "@/lib/log/record/recorded";
import { parseCsr } from "@/lib/pki/csr";
import type { Profile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import type { BoundValidity } from "./bound-validity";
import { findIssuedFor } from "./repeat-repository";

type Repeatable = Readonly<{
  identityId: string;
  profile: Profile;
  csr: string;
  validity: BoundValidity["request"];
  issuerEnd: Date;
  asked: RequestDetail;
}>;

/** Clients repeat a request whose answer was lost, byte for byte, within a minute. */
const windowMs = 2 * 60_000;

/**
 * The certificate that the same request (identity, profile, CSR and lifetime) got a moment ago, whose
 * answer may have been lost; null if there is none, or if it counts no more. Reading it is an entry.
 */
export async function findRepeated(
  deps: Pick<Deps, "db" | "clock" | "recorder">,
  actor: Actor,
  { identityId, profile, csr, validity, issuerEnd, asked }: Repeatable,
): Promise<Recorded<CertificateDto> | null> {
  const csrDer = derOrNull(csr);
  if (csrDer === null) return null;
  const now = deps.clock.now().getTime();
  const seconds = validity.validitySeconds ?? profile.rules.validitySecondsDefault;
  const wanted =
    validity.notAfter === undefined ? now + seconds * 1000 : Date.parse(validity.notAfter);
  const end = Math.min(wanted, issuerEnd.getTime());
  const id = await findIssuedFor(deps.db, {
    identityId,
    profileId: profile.id,
    profileVersion: profile.version,
    csrDer,
    notAfter: { from: new Date(end - windowMs), to: new Date(end + 1_000) },
    since: new Date(now - windowMs),
  });
  const row = id === null ? null : await findCertificate(deps, id);
  if (row === null || row.state !== "issued") return null;
  const { entryId } = await recordEntry(deps.recorder, actor, {
    action: "certificate.read",
    outcome: "success",
    reason: "the same request again",
    target: certificateTarget(row),
    details: asked,
  });
  return { result: await describeCertificate(deps, row), entryId };
}

/** What is no CSR is left to the decision, which records why. */
function derOrNull(csr: string): Uint8Array | null {
  try {
    return parseCsr(csr).der;
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}
