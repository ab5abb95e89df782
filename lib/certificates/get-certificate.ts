import type { Actor } from "@/lib/auth/actor";
import { assertOwns, authorize } from "@/lib/auth/permissions";
import type { Permission } from "@/lib/auth/permissions";
import { loadIssuer } from "@/lib/authorities/load-issuer";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { plainHex } from "@/lib/format/identifier";
import { parseSerial } from "@/lib/pki/serial";
import { certificateDto } from "./certificate-dto";
import {
  findCertificateByFingerprint,
  findCertificateRow,
  findCertificatesBySerial,
} from "./rows-repository";
import type { CertificateDto } from "./schema";
import type { CertificateRow } from "./types";

const notFound = (): AppError =>
  new AppError("certificate.not-found", "There is no such certificate.", { kind: "not-found" });
const fingerprintDigits = 64,
  serialDigits = 40;

async function findRow(deps: Pick<Deps, "db">, ref: string): Promise<CertificateRow | null> {
  if (ref.startsWith("crt_")) return findCertificateRow(deps.db, ref);
  const hex = plainHex(ref);
  if (!/^[0-9a-f]+$/.test(hex)) return null;
  if (hex.length === fingerprintDigits)
    return findCertificateByFingerprint(deps.db, Buffer.from(hex, "hex"));
  if (hex.length > serialDigits) return null;
  const rows = await findCertificatesBySerial(deps.db, parseSerial(hex));
  if (rows.length > 1)
    throw new AppError(
      "certificate.ambiguous",
      "Several authorities issued a certificate with this serial. Name it by its id or fingerprint.",
      { kind: "conflict" },
    );
  return rows[0] ?? null;
}

/** The row of one certificate, by id, serial or SHA-256 fingerprint, if the actor's permission reaches it. Errors: `certificate.not-found`. */
export async function requireCertificate(
  deps: Pick<Deps, "db">,
  actor: Actor,
  permission: Permission,
  ref: string,
): Promise<CertificateRow> {
  const scope = authorize(actor, permission);
  const row = await findRow(deps, ref);
  if (!row) throw notFound();
  assertOwns(actor, scope, row.identityId, "certificate");
  return row;
}

/** A row with its chain, as it is answered. */
export async function describeRow(
  deps: Pick<Deps, "db" | "clock">,
  row: CertificateRow,
): Promise<CertificateDto> {
  const issuer = await loadIssuer(deps, row.issuerId);
  return certificateDto(row, issuer?.chainPem ?? "", deps.clock.now());
}

/** By id, serial or SHA-256 fingerprint, in hex however it was copied. Errors: `certificate.not-found`, `certificate.ambiguous`. */
export async function getCertificate(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  ref: string,
): Promise<CertificateDto> {
  return describeRow(deps, await requireCertificate(deps, actor, "certificates.read", ref));
}
