import type { AnyActor } from "@/lib/access/actor";
import { assertOwns, authorize, type Permission } from "@/lib/access/permissions";
import { findIssuer } from "@/lib/authorities/find-issuer";
import { AppError } from "@/lib/errors/app-error";
import { sha256 } from "@/lib/format/hash";
import { plainHex } from "@/lib/format/identifier";
import { parseSerial } from "@/lib/pki/serial";
import type { Deps } from "@/lib/runtime/deps";
import { certificateDto } from "./certificate-dto";
import {
  findCertificateByFingerprint,
  findCertificateRow,
  findCertificatesBySerial,
  type CertificateRow,
} from "./certificate-repository";
import type { CertificateDto } from "./schema";

export type Certificate = CertificateRow;

/** A certificate by id, for other use cases, which authorize by themselves. */
export async function findCertificate(
  deps: Pick<Deps, "db">,
  id: string,
): Promise<Certificate | null> {
  return findCertificateRow(deps.db, id);
}

/** The certificate with exactly these bytes, for other use cases, which authorize by themselves. */
export async function findCertificateByDer(
  deps: Pick<Deps, "db">,
  der: Uint8Array,
): Promise<Certificate | null> {
  return findCertificateByFingerprint(deps.db, sha256(der));
}

/** The certificates with this serial number, one of each authority at most, for other use cases. */
export async function findCertificatesWithSerial(
  deps: Pick<Deps, "db">,
  serial: Uint8Array,
): Promise<readonly Certificate[]> {
  return findCertificatesBySerial(deps.db, serial);
}

/**
 * By id, or by serial number or SHA-256 fingerprint in hex, with or without separators. Errors:
 * `certificate.not-found`, `certificate.ambiguous`.
 */
export async function getCertificate(
  deps: Pick<Deps, "db" | "clock">,
  actor: AnyActor,
  ref: string,
): Promise<CertificateDto> {
  return describeCertificate(deps, await getCertificateRow(deps, actor, "certificates.read", ref));
}

/**
 * The row of a certificate (`ref` as in `getCertificate`), if the actor has the permission for it.
 * Errors: `certificate.not-found`, `certificate.ambiguous`.
 */
export async function getCertificateRow(
  deps: Pick<Deps, "db">,
  actor: AnyActor,
  permission: Permission,
  ref: string,
): Promise<CertificateRow> {
  const scope = authorize(actor, permission);
  const row = await findRow(deps, ref);
  if (!row) throw new AppError("certificate.not-found", "Certificate not found.");
  assertOwns(actor, scope, row.identityId, "certificate");
  return row;
}

/** The DTO of a row, with its chain. */
export async function describeCertificate(
  deps: Pick<Deps, "db" | "clock">,
  row: CertificateRow,
): Promise<CertificateDto> {
  const issuer = await findIssuer(deps, row.issuerId);
  return certificateDto(row, issuer?.chainPem ?? "", deps.clock.now());
}

const fingerprintDigits = 64;
const maxSerialDigits = 40;

async function findRow(deps: Pick<Deps, "db">, ref: string): Promise<CertificateRow | null> {
  if (ref.startsWith("crt_")) return findCertificateRow(deps.db, ref);
  const hex = plainHex(ref);
  if (!/^[0-9a-f]+$/.test(hex)) return null;
  if (hex.length === fingerprintDigits)
    return findCertificateByFingerprint(deps.db, Buffer.from(hex, "hex"));
  if (hex.length > maxSerialDigits) return null;
  const rows = await findCertificatesBySerial(deps.db, parseSerial(hex));
  if (rows.length > 1)
    throw new AppError(
      "certificate.ambiguous",
      "Several CAs issued a certificate with this serial number. Use its ID or fingerprint instead.",
    );
  return rows[0] ?? null;
}
