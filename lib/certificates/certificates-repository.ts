import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/audited-transaction";
import type { RevocationReason } from "@/lib/pki/types";
import type { PlannedRow } from "./types";

const bytes = (view: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(view);

/** Stores a plan in a transaction of its own choosing (authorities, Chancery's own certificates). The hot way is in issuing-repository. */
export async function insertPlanned(tx: AuditedTx, row: PlannedRow): Promise<void> {
  await tx.$executeRaw`insert into public_key (spki_sha256, identity_id, blocked, created_at) values (${bytes(row.spkiSha256)}, ${row.identityId}, false, ${row.createdAt}) on conflict do nothing`;
  await tx.certificate.create({
    data: {
      ...row,
      state: "planned",
      serial: bytes(row.serial),
      spkiSha256: bytes(row.spkiSha256),
      tbsDer: bytes(row.tbsDer),
      csrDer: row.csrDer && bytes(row.csrDer),
    },
  });
}

/** False if it is not waiting any more: somebody else issued or closed it. */
export async function markIssued(
  tx: AuditedTx,
  id: string,
  signed: Readonly<{ der: Uint8Array; fingerprintSha256: Uint8Array; issuedAt: Date }>,
): Promise<boolean> {
  const data = {
    state: "issued",
    der: bytes(signed.der),
    fingerprintSha256: bytes(signed.fingerprintSha256),
    issuedAt: signed.issuedAt,
  };
  const { count } = await tx.certificate.updateMany({ where: { id, state: "planned" }, data });
  return count === 1;
}

/** Closes a plan that will not be signed. Its predecessor is free for another rotation. False if it is not waiting any more. */
export async function markFailed(tx: AuditedTx, id: string): Promise<boolean> {
  const { count } = await tx.certificate.updateMany({
    where: { id, state: "planned" },
    data: { state: "failed", predecessorId: null },
  });
  return count === 1;
}

export type Revocation = Readonly<{
  reason: RevocationReason;
  comment: string;
  invalidityDate: Date | null;
  at: Date;
}>;

/** Revokes or holds what is issued. The date is that of the first of both, and never rewritten. False if the state does not allow it. */
export async function markRevoked(
  tx: AuditedTx,
  id: string,
  revocation: Revocation,
): Promise<boolean> {
  const state = revocation.reason === "certificateHold" ? "held" : "revoked";
  const from = state === "held" ? ["issued"] : ["issued", "held"];
  const changed =
    await tx.$executeRaw`update certificate set state = ${state}, revoked_at = coalesce(revoked_at, ${revocation.at}), revocation_reason = ${revocation.reason},
      revocation_comment = ${revocation.comment}, invalidity_date = coalesce(${revocation.invalidityDate}::timestamptz, invalidity_date)
    where id = ${id} and state = any(${from})`;
  return changed === 1;
}

/** The only change that a revocation may still see: its reason becomes keyCompromise. */
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

export async function setSupersedeAt(tx: AuditedTx, id: string, at: Date): Promise<boolean> {
  const { count } = await tx.certificate.updateMany({
    where: { id, state: { in: ["issued", "held"] } },
    data: { supersedeAt: at },
  });
  return count === 1;
}

/** No certificate for this key any more. */
export async function blockKey(tx: AuditedTx, spkiSha256: Uint8Array): Promise<void> {
  await tx.publicKey.updateMany({
    where: { spkiSha256: bytes(spkiSha256) },
    data: { blocked: true },
  });
}

export async function findKey(
  db: Database,
  spkiSha256: Uint8Array,
): Promise<{ identityId: string; blocked: boolean } | null> {
  return db.prisma.publicKey.findUnique({
    where: { spkiSha256: bytes(spkiSha256) },
    select: { identityId: true, blocked: true },
  });
}

/** Whether a certificate was ever signed for this key. */
export async function isKeyCertified(db: Database, spkiSha256: Uint8Array): Promise<boolean> {
  return (
    (await db.prisma.certificate.findFirst({
      where: { spkiSha256: bytes(spkiSha256), state: { in: ["issued", "held", "revoked"] } },
      select: { id: true },
    })) !== null
  );
}

export type PendingRow = Readonly<{
  id: string;
  issuerId: string;
  profileId: string;
  identityId: string;
  spkiSha256: Uint8Array;
  serial: Uint8Array;
  tbsDer: Uint8Array;
  planEntryId: string;
  commonName: string;
  subjectText: string;
  predecessorId: string | null;
  csrDer: Uint8Array | null;
  notAfter: Date;
}>;

/** Plans without a certificate that were made before a moment, oldest first. */
export async function findPending(
  db: Database,
  before: Date,
  afterId: string,
  take: number,
): Promise<PendingRow[]> {
  return db.prisma.certificate.findMany({
    where: { state: "planned", createdAt: { lt: before }, id: { gt: afterId } },
    orderBy: { id: "asc" },
    take,
    select: {
      id: true,
      issuerId: true,
      profileId: true,
      identityId: true,
      spkiSha256: true,
      serial: true,
      tbsDer: true,
      planEntryId: true,
      commonName: true,
      subjectText: true,
      predecessorId: true,
      csrDer: true,
      notAfter: true,
    },
  });
}

/** The moment that a recorded plan set for the end of its predecessor, read from the entry itself. */
export async function findPlannedSupersession(
  db: Database,
  planEntryId: string,
): Promise<Date | null> {
  const { rows } = await db.pool.query<{ entry: Uint8Array }>(
    "select entry from tlog.find_entries($1)",
    [[planEntryId]],
  );
  const [row] = rows;
  if (!row) return null;
  const { details } = JSON.parse(Buffer.from(row.entry).toString("utf8")) as {
    details?: { supersedeAt?: unknown };
  };
  return typeof details?.supersedeAt === "string" ? new Date(details.supersedeAt) : null;
}

/** Predecessors whose overlap has ended and whose successor is in force. */
export async function findDueSupersessions(
  db: Database,
  now: Date,
  take: number,
): Promise<string[]> {
  const { rows } = await db.pool.query<{ id: string }>({
    name: "certificates_due",
    values: [now, take],
    text: `select c.id from certificate c join certificate s on s.predecessor_id = c.id and s.state = 'issued'
      where c.supersede_at is not null and c.state = 'issued' and c.supersede_at <= $1 and c.not_after >= $1 order by c.supersede_at limit $2`,
  });
  return rows.map((row) => row.id);
}

export type UseFigures = Readonly<{ lastUsedAt: Date | null; uses: number; origins: number }>;

/** How a certificate authenticated requests, as the log's index knows it. */
export async function findUses(db: Database, certificateId: string): Promise<UseFigures> {
  const { rows } = await db.pool.query<UseFigures>(
    `select max(ts) as "lastUsedAt", count(*)::int as uses, count(distinct ip)::int as origins from tlog.search where certificate_id = $1`,
    [certificateId],
  );
  return rows[0] ?? { lastUsedAt: null, uses: 0, origins: 0 };
}

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
