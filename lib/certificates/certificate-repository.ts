import { type Database, hotPool, statementTimeoutOf } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import { isRotationFulfilled } from "./certificate-state-repository";
import type { IdentityStatus } from "@/lib/identities/schema";
import { certificateAddressRun, factRun } from "@/lib/log/pure/search-tokens";
import {
  countMatches,
  countTokens,
  endOfLog,
  findNewestTimes,
} from "@/lib/log/segments/find-entries";
import type { RevocationReason } from "@/lib/pki/types";

/** A certificate with the names of its profile, identity and authority. */
export type CertificateRow = Readonly<{
  id: string;
  serial: Uint8Array;
  state: string;
  notBefore: Date;
  notAfter: Date;
  subjectText: string;
  commonName: string;
  sans: readonly string[];
  fingerprintSha256: Uint8Array | null;
  profileId: string;
  profileSlug: string;
  profileVersion: number;
  identityId: string;
  identityName: string;
  identityKind: string;
  identityOwner: string;
  identityStatus: IdentityStatus;
  issuerId: string;
  issuerSlug: string;
  keyAlgorithm: string;
  spkiSha256: Uint8Array;
  /** Whether Chancery made the private key (decision 31). */
  serverKey: boolean;
  revokedAt: Date | null;
  revocationReason: string | null;
  revocationComment: string | null;
  invalidityDate: Date | null;
  predecessorId: string | null;
  successorId: string | null;
  supersedeAt: Date | null;
  rotateBy: Date | null;
  rotationRequestedAt: Date | null;
  rotationRequestedBy: string | null;
  rotationComment: string | null;
  /** Whether another certificate does what the request for rotation asks for; false without one. */
  rotationFulfilled: boolean;
  createdAt: Date;
  issuedAt: Date | null;
  requestedBy: string;
  /** Absent in lists. */
  der?: Uint8Array | null;
}>;

/** The columns of `CertificateRow` without `der`, which only a read of one certificate needs. */
export const rowColumns = `c.id, c.serial, c.state, c.not_before as "notBefore", c.not_after as "notAfter", c.subject_text as "subjectText", c.common_name as "commonName", c.sans,
  c.fingerprint_sha256 as "fingerprintSha256", c.profile_id as "profileId", p.slug as "profileSlug", c.profile_version as "profileVersion", c.identity_id as "identityId",
  i.name as "identityName", i.kind as "identityKind", i.owner as "identityOwner", i.status as "identityStatus", c.issuer_id as "issuerId", a.slug as "issuerSlug", c.key_algorithm as "keyAlgorithm", c.spki_sha256 as "spkiSha256", c.server_key as "serverKey",
  c.revoked_at as "revokedAt", c.revocation_reason as "revocationReason", c.revocation_comment as "revocationComment", c.invalidity_date as "invalidityDate",
  c.predecessor_id as "predecessorId", s.id as "successorId", c.supersede_at as "supersedeAt",
  c.rotate_by as "rotateBy", c.rotation_requested_at as "rotationRequestedAt", c.rotation_requested_by as "rotationRequestedBy", c.rotation_comment as "rotationComment",
  case when c.rotate_by is null then false else ${isRotationFulfilled} end as "rotationFulfilled", c.created_at as "createdAt", c.issued_at as "issuedAt", c.requested_by as "requestedBy"`;
export const rowTables = `certificate c join profile p on p.id = c.profile_id join identity i on i.id = c.identity_id join authority a on a.id = c.issuer_id
  left join certificate s on s.predecessor_id = c.id`;

type Where = Readonly<{ name: string; where: string }>;
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

/** A certificate by its id. Reads of the same moment share one round trip. */
export function findCertificateRow(
  { pool }: Pick<Database, "pool">,
  id: string,
): Promise<CertificateRow | null> {
  const read = readers.get(pool) ?? makeReader(pool);
  readers.set(pool, read);
  return read(id);
}

type Reader = (id: string) => Promise<CertificateRow | null>;
const readers = new WeakMap<Database["pool"], Reader>();

const makeReader = (pool: Database["pool"]): Reader =>
  makeGroupCommit<string, CertificateRow | null>({
    maxBatch: 100,
    concurrency: 2,
    maxWaitMs: statementTimeoutOf(pool),
    work: async (ids) => {
      const { rows } = await hotPool({ pool }).query<CertificateRow>({
        name: "certificate_by_id",
        text: `select ${rowColumns}, c.der from ${rowTables} where c.id = any($1::text[])`,
        values: [[...new Set(ids)]],
      });
      const found = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => found.get(id) ?? null);
    },
  });

/** The certificates with these ids, by id, without their bytes. */
export async function findCertificateRows(
  db: Database,
  ids: readonly string[],
): Promise<CertificateRow[]> {
  const { rows } = await db.pool.query<CertificateRow>({
    name: "certificates_by_id",
    text: `select ${rowColumns} from ${rowTables} where c.id = any($1) order by c.id`,
    values: [ids],
  });
  return rows;
}

/**
 * What could still be used, or be signed, of the certificates of these identities, by id, without
 * their bytes.
 */
export async function findUsableRowsOf(
  db: Database,
  identityIds: readonly string[],
  now: Date,
  limit: number,
): Promise<CertificateRow[]> {
  const { rows } = await db.pool.query<CertificateRow>({
    name: "certificates_usable_of",
    text: `select ${rowColumns} from ${rowTables} where c.identity_id = any($1) and c.state in ('planned', 'issued', 'held') and c.not_after >= $2 order by c.id limit $3`,
    values: [identityIds, now, limit],
  });
  return rows;
}

/** Serial numbers are unique per issuer only, so there may be several. At most two are read. */
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

export type SerialRow = Pick<
  CertificateRow,
  | "id"
  | "serial"
  | "state"
  | "commonName"
  | "subjectText"
  | "spkiSha256"
  | "revokedAt"
  | "invalidityDate"
>;

/** The certificates of an issuer with these serial numbers. */
export async function findBySerials(
  db: Database,
  issuerId: string,
  serials: readonly Uint8Array[],
): Promise<SerialRow[]> {
  return db.prisma.certificate.findMany({
    where: { issuerId, serial: { in: serials.map(bytes) } },
    select: {
      id: true,
      serial: true,
      state: true,
      commonName: true,
      subjectText: true,
      spkiSha256: true,
      revokedAt: true,
      invalidityDate: true,
    },
  });
}

const bytes = (view: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(view);

export type Revocation = Readonly<{
  reason: RevocationReason;
  comment: string;
  invalidityDate: Date | null;
  at: Date;
}>;

/**
 * Revokes a certificate or puts it on hold. The date is that of the first of both, and never
 * changes. A plan that was not issued can be revoked too; its predecessor can then be rotated again.
 * False if the certificate's state does not allow it.
 */
export async function markRevoked(
  tx: AuditedTx,
  id: string,
  revocation: Revocation,
): Promise<boolean> {
  const state = revocation.reason === "certificateHold" ? "held" : "revoked";
  const from = state === "held" ? ["issued"] : ["planned", "failed", "issued", "held"];
  const changed =
    await tx.$executeRaw`update certificate set state = ${state}, revoked_at = coalesce(revoked_at, ${revocation.at}), revocation_reason = ${revocation.reason},
      predecessor_id = case when der is null then null else predecessor_id end,
      revocation_comment = ${revocation.comment}, invalidity_date = coalesce(${revocation.invalidityDate}::timestamptz, invalidity_date)
    where id = ${id} and state = any(${from})`;
  return changed === 1;
}

/** The only change that a revocation allows: its reason becomes keyCompromise. */
export async function raiseReason(
  tx: AuditedTx,
  id: string,
  comment: string,
  invalidityDate: Date | null,
): Promise<boolean> {
  const changed =
    await tx.$executeRaw`update certificate set revocation_reason = 'keyCompromise', revocation_comment = ${comment},
      invalidity_date = coalesce(${invalidityDate}::timestamptz, invalidity_date)
    where id = ${id} and state = 'revoked' and revocation_reason <> 'keyCompromise'`;
  return changed === 1;
}

export async function markReleased(tx: AuditedTx, id: string): Promise<boolean> {
  const data = {
    state: "issued",
    revokedAt: null,
    revocationReason: null,
    revocationComment: null,
    invalidityDate: null,
  };
  const { count } = await tx.certificate.updateMany({ where: { id, state: "held" }, data });
  return count === 1;
}

/** Prevents further certificates for this key. */
export async function blockKey(tx: AuditedTx, spkiSha256: Uint8Array): Promise<void> {
  await tx.publicKey.updateMany({
    where: { spkiSha256: bytes(spkiSha256) },
    data: { blocked: true },
  });
}

/** What is known of a key; null for one that no certificate was requested for. */
export async function findKeyRow(db: Database, spkiSha256: Uint8Array): Promise<KeyRow | null> {
  return db.prisma.publicKey.findUnique({
    where: { spkiSha256: bytes(spkiSha256) },
    select: { identityId: true, blocked: true },
  });
}
/** `identityId`: null for a key that was blocked before any certificate was requested for it. */
type KeyRow = Readonly<{ identityId: string | null; blocked: boolean }>;

/**
 * The row of a key, locked, and whether there is a certificate or a plan for it. A key that is new
 * here gets a row without an owner, so that no certificate can be planned for it meanwhile.
 */
export async function lockKey(
  tx: AuditedTx,
  spkiSha256: Uint8Array,
  at: Date,
): Promise<KeyRow & Readonly<{ certified: boolean }>> {
  const key = bytes(spkiSha256);
  await tx.$executeRaw`insert into public_key (spki_sha256, created_at) values (${key}, ${at}) on conflict do nothing`;
  const [row] = await tx.$queryRaw<KeyRow[]>`
    select identity_id as "identityId", blocked from public_key where spki_sha256 = ${key} for update`;
  if (row === undefined) throw new Error("unreachable: keys are never deleted");
  const certificates = await tx.certificate.count({ where: { spkiSha256: key }, take: 1 });
  return { ...row, certified: certificates > 0 };
}

/** Whether it is the certificate that an authority signs with. */
export async function isAuthorityCertificate(db: Database, id: string): Promise<boolean> {
  return (await db.prisma.authority.count({ where: { certificateId: id } })) > 0;
}

export type UseFigures = Readonly<{ lastUsedAt: Date | null; uses: number; origins: number }>;

/** How a certificate was used, from the log's search index. */
export async function findUses(db: Database, certificateId: string): Promise<UseFigures> {
  const run = factRun("certificate", certificateId);
  const [newest, uses, origins] = await Promise.all([
    findNewestTimes(db, [run]),
    countMatches(db, { all: [[run]], low: 0, high: endOfLog }),
    countTokens(db, certificateAddressRun(certificateId)),
  ]);
  return { lastUsedAt: newest.get(run) ?? null, uses, origins };
}

/** Other valid certificates of an identity. */
export async function countValidOf(
  db: Database,
  identityId: string,
  exceptId: string,
  now: Date,
): Promise<number> {
  return db.prisma.certificate.count({
    where: { identityId, id: { not: exceptId }, state: "issued", notAfter: { gte: now } },
  });
}
