import { toHex } from "@/lib/log/pure/bytes";
import { formatIso, formatIsoOrNull } from "@/lib/format/time";
import { toPem } from "@/lib/pki/pem";
import { formatSerial } from "@/lib/pki/serial";
import type { GeneralName, RevocationReason } from "@/lib/pki/types";
import type { CertificateRow } from "./certificate-repository";
import type {
  CertificateDto,
  CertificateItem,
  CertificateStatus,
  RevocationDto,
  RotationRequestDto,
} from "./schema";

/** A subjectAltName as the database keeps it: `type:value`. */
export const formatSan = ({ type, value }: GeneralName): string => `${type}:${value}`;

export function parseSan(text: string): GeneralName {
  const colon = text.indexOf(":");
  return { type: text.slice(0, colon) as GeneralName["type"], value: text.slice(colon + 1) };
}

/** The certificate as the target of an entry. */
export const certificateTarget = (
  row: Readonly<{ id: string; commonName: string; subjectText: string }>,
) => ({ kind: "certificate", id: row.id, label: row.commonName || row.subjectText });

/**
 * The status that people see. A revocation or hold outranks expiration; validity includes notAfter
 * itself (RFC 5280 §4.1.2.5).
 */
export function certificateStatusOf(
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
    invalidityDate: formatIsoOrNull(row.invalidityDate),
  };
}

/**
 * The request to replace a certificate, while it counts: the certificate is valid and nothing
 * replaces it. The lists select by the same rule (`rotationConditions`).
 */
export function rotationRequestOf(
  row: Pick<
    CertificateRow,
    | "state"
    | "notAfter"
    | "rotationFulfilled"
    | "rotateBy"
    | "rotationRequestedAt"
    | "rotationRequestedBy"
    | "rotationComment"
  >,
  now: Date,
): Readonly<{ replaceBy: Date; requestedAt: Date; requestedBy: string; comment: string }> | null {
  const { rotateBy, rotationRequestedAt, rotationRequestedBy, rotationComment } = row;
  if (rotateBy === null || row.rotationFulfilled) return null;
  if (certificateStatusOf(row, now) !== "valid") return null;
  return {
    replaceBy: rotateBy,
    requestedAt: rotationRequestedAt ?? rotateBy,
    requestedBy: rotationRequestedBy ?? "",
    comment: rotationComment ?? "",
  };
}

function rotationRequestDto(row: CertificateRow, now: Date): RotationRequestDto | null {
  const request = rotationRequestOf(row, now);
  return (
    request && {
      ...request,
      replaceBy: formatIso(request.replaceBy),
      requestedAt: formatIso(request.requestedAt),
    }
  );
}

/** A certificate as lists show it. */
export function certificateItem(row: CertificateRow, now: Date): CertificateItem {
  return {
    id: row.id,
    serial: formatSerial(row.serial),
    status: certificateStatusOf(row, now),
    notBefore: formatIso(row.notBefore),
    notAfter: formatIso(row.notAfter),
    subject: row.subjectText,
    commonName: row.commonName,
    sans: row.sans.map(parseSan),
    fingerprintSha256: row.fingerprintSha256 && toHex(row.fingerprintSha256),
    profile: { id: row.profileId, slug: row.profileSlug, version: row.profileVersion },
    identity: {
      id: row.identityId,
      name: row.identityName,
      kind: row.identityKind,
      owner: row.identityOwner,
      status: row.identityStatus,
    },
    authority: { id: row.issuerId, slug: row.issuerSlug },
    keyAlgorithm: row.keyAlgorithm,
    keySha256: toHex(row.spkiSha256),
    serverKey: row.serverKey,
    revocation: revocationOf(row),
    predecessorId: row.predecessorId,
    successorId: row.successorId,
    supersedeAt: formatIsoOrNull(row.supersedeAt),
    rotationRequest: rotationRequestDto(row, now),
    createdAt: formatIso(row.createdAt),
    issuedAt: formatIsoOrNull(row.issuedAt),
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
