import type { Database } from "@/lib/db/database";
import type { CertificateRow } from "./types";

/** Everything that a certificate's DTO shows, in one row; `der` only where it is asked for. */
export const rowColumns = `c.id, c.serial, c.state, c.not_before as "notBefore", c.not_after as "notAfter", c.subject_text as "subjectText", c.common_name as "commonName", c.sans,
  c.fingerprint_sha256 as "fingerprintSha256", c.profile_id as "profileId", p.slug as "profileSlug", c.profile_version as "profileVersion", c.identity_id as "identityId",
  i.name as "identityName", i.kind as "identityKind", c.issuer_id as "issuerId", a.slug as "issuerSlug", c.key_algorithm as "keyAlgorithm", c.spki_sha256 as "spkiSha256",
  c.revoked_at as "revokedAt", c.revocation_reason as "revocationReason", c.revocation_comment as "revocationComment", c.invalidity_date as "invalidityDate",
  c.predecessor_id as "predecessorId", s.id as "successorId", c.supersede_at as "supersedeAt", c.created_at as "createdAt", c.issued_at as "issuedAt", c.requested_by as "requestedBy"`;
export const rowTables = `certificate c join profile p on p.id = c.profile_id join identity i on i.id = c.identity_id join authority a on a.id = c.issuer_id
  left join certificate s on s.predecessor_id = c.id`;

type Where = Readonly<{ name: string; where: string }>;
const byId: Where = { name: "certificate_by_id", where: "c.id = $1" };
const bySerial: Where = { name: "certificate_by_serial", where: "c.serial = $1" };
const byFingerprint: Where = {
  name: "certificate_by_fingerprint",
  where: "c.fingerprint_sha256 = $1",
};

async function find(
  db: Database,
  { name, where }: Where,
  value: unknown,
): Promise<CertificateRow[]> {
  const { rows } = await db.pool.query<CertificateRow>({
    name,
    text: `select ${rowColumns}, c.der from ${rowTables} where ${where} limit 2`,
    values: [value],
  });
  return rows;
}

export async function findCertificateRow(db: Database, id: string): Promise<CertificateRow | null> {
  return (await find(db, byId, id))[0] ?? null;
}

/** A serial is unique per issuer only, so there may be several. */
export async function findCertificatesBySerial(
  db: Database,
  serial: Uint8Array,
): Promise<CertificateRow[]> {
  return find(db, bySerial, Buffer.from(serial));
}

export async function findCertificateByFingerprint(
  db: Database,
  fingerprint: Uint8Array,
): Promise<CertificateRow | null> {
  return (await find(db, byFingerprint, Buffer.from(fingerprint)))[0] ?? null;
}
