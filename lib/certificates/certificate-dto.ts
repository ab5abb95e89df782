import { formatIso } from "@/lib/format/time";
import { toPem } from "@/lib/pki/pem";
import { formatSerial } from "@/lib/pki/serial";
import type { RevocationReason } from "@/lib/pki/types";
import { readSanText } from "./plan-row";
import type { CertificateDto, CertificateItem, CertificateStatus, RevocationDto } from "./schema";
import type { CertificateRow } from "./types";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const isoOrNull = (at: Date | null): string | null => at && formatIso(at);

/** What was decided outranks the clock; validity includes notAfter itself (RFC 5280 §4.1.2.5). */
export function statusOf(
  row: Pick<CertificateRow, "state" | "notAfter">,
  now: Date,
): CertificateStatus {
  switch (row.state) {
    case "planned":
      return "pending";
    case "failed":
      return "failed";
    case "held":
      return "held";
    case "revoked":
      return "revoked";
    default:
      return row.notAfter >= now ? "valid" : "expired";
  }
}

function revocationOf(row: CertificateRow): RevocationDto | null {
  if (!row.revokedAt) return null;
  return {
    at: formatIso(row.revokedAt),
    reason: (row.revocationReason ?? "unspecified") as RevocationReason,
    comment: row.revocationComment ?? "",
    invalidityDate: isoOrNull(row.invalidityDate),
  };
}

export function certificateItem(row: CertificateRow, now: Date): CertificateItem {
  return {
    id: row.id,
    serial: formatSerial(row.serial),
    status: statusOf(row, now),
    notBefore: formatIso(row.notBefore),
    notAfter: formatIso(row.notAfter),
    subject: row.subjectText,
    commonName: row.commonName,
    sans: row.sans.map(readSanText),
    fingerprintSha256: row.fingerprintSha256 && hex(row.fingerprintSha256),
    profile: { id: row.profileId, slug: row.profileSlug, version: row.profileVersion },
    identity: { id: row.identityId, name: row.identityName, kind: row.identityKind },
    authority: { id: row.issuerId, slug: row.issuerSlug },
    keyAlgorithm: row.keyAlgorithm,
    keySha256: hex(row.spkiSha256),
    revocation: revocationOf(row),
    predecessorId: row.predecessorId,
    successorId: row.successorId,
    supersedeAt: isoOrNull(row.supersedeAt),
    createdAt: formatIso(row.createdAt),
    issuedAt: isoOrNull(row.issuedAt),
    requestedBy: row.requestedBy,
  };
}

export function certificateDto(row: CertificateRow, chainPem: string, now: Date): CertificateDto {
  return {
    ...certificateItem(row, now),
    pem: row.der ? toPem("CERTIFICATE", row.der) : null,
    chainPem,
  };
}
