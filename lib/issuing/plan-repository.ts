import { readEntry } from "@/lib/log/read-entry";
import type { EntryId } from "@/lib/format/ids";
import { markRevoked } from "@/lib/certificates/certificate-repository";
import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

/** A certificate as it is first stored: planned and recorded, not signed yet. */
export type PlannedRow = Readonly<{
  id: string;
  issuerId: string;
  serial: Uint8Array;
  profileId: string;
  profileVersion: number;
  identityId: string;
  subjectText: string;
  commonName: string;
  /** As `type:value`. */
  sans: string[];
  keyAlgorithm: string;
  spkiSha256: Uint8Array;
  notBefore: Date;
  notAfter: Date;
  tbsDer: Uint8Array;
  planEntryId: EntryId;
  /** Null where a process of Chancery made the key. */
  csrDer: Uint8Array | null;
  /** Whether that key is handed out (decision 31). */
  serverKey: boolean;
  requestedBy: string;
  predecessorId: string | null;
  createdAt: Date;
}>;

const bytes = (view: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(view);

/**
 * Stores a plan within a transaction: used for the certificates of authorities. All others go
 * through the batches of issuance-repository.
 */
export async function insertPlanned(tx: AuditedTx, row: PlannedRow): Promise<void> {
  await insertKey(tx, row);
  await insertPlannedRow(tx, row);
}

/** The key of a plan belongs to its identity from now on, unless it has an owner already. */
export async function insertKey(tx: AuditedTx, row: PlannedRow): Promise<void> {
  await tx.$executeRaw`insert into public_key (spki_sha256, identity_id, created_at)
    values (${bytes(row.spkiSha256)}, ${row.identityId}, ${row.createdAt}) on conflict do nothing`;
}

/** The row of a plan, whose key must be the identity's. */
export async function insertPlannedRow(tx: AuditedTx, row: PlannedRow): Promise<void> {
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

/** False if the plan is no longer pending: another process issued or failed it. */
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

/**
 * Marks a plan that won't be signed. Its predecessor can be rotated again. False if the plan is no
 * longer pending.
 */
export async function markFailed(tx: AuditedTx, id: string): Promise<boolean> {
  const { count } = await tx.certificate.updateMany({
    where: { id, state: "planned" },
    data: { state: "failed", predecessorId: null },
  });
  return count === 1;
}

export async function setSupersedeAt(tx: AuditedTx, id: string, at: Date): Promise<boolean> {
  const { count } = await tx.certificate.updateMany({
    where: { id, state: { in: ["issued", "held"] } },
    data: { supersedeAt: at },
  });
  return count === 1;
}

/** Revokes the predecessor of a rotation. False if its state does not allow it. */
export async function markSuperseded(tx: AuditedTx, id: string, at: Date): Promise<boolean> {
  return markRevoked(tx, id, { reason: "superseded", comment: "", invalidityDate: null, at });
}

/**
 * The owner of a key (decision 9), null for one that was blocked before a certificate was requested
 * for it; null for a key that is not known.
 */
export async function findKey(
  db: Database,
  spkiSha256: Uint8Array,
): Promise<{ identityId: string | null; blocked: boolean } | null> {
  return db.prisma.publicKey.findUnique({
    where: { spkiSha256: bytes(spkiSha256) },
    select: { identityId: true, blocked: true },
  });
}

/** Whether a certificate was ever issued for this key; a plan that was revoked never was. */
export async function isKeyCertified(db: Database, spkiSha256: Uint8Array): Promise<boolean> {
  return (
    (await db.prisma.certificate.findFirst({
      where: { spkiSha256: bytes(spkiSha256), der: { not: null } },
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

const pendingColumns = {
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
} as const;

/** A plan that is still pending, else null. */
export async function findPendingById(db: Database, id: string): Promise<PendingRow | null> {
  return db.prisma.certificate.findFirst({
    where: { id, state: "planned" },
    select: pendingColumns,
  });
}

/** Whether a plan is pending; if it is, no signature is stored before the transaction ends. */
export async function lockPending(tx: AuditedTx, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    select id from certificate where id = ${id} and state = 'planned' for update`;
  return rows.length === 1;
}

/** Pending plans made before a moment, oldest first. */
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
    select: pendingColumns,
  });
}

/** When a plan said that its predecessor is to be revoked, read from the plan's own entry. */
export async function findPlannedSupersession(
  db: Database,
  planEntryId: string,
): Promise<Date | null> {
  const { rows } = await db.pool.query<{ entry: Uint8Array }>(
    "select entry from tlog.find_entries($1)",
    [[planEntryId]],
  );
  const [row] = rows;
  const reading = row === undefined ? null : readEntry(row.entry, planEntryId);
  if (!reading?.readable) return null;
  const at = reading.record.details["supersedeAt"];
  return typeof at === "string" ? new Date(at) : null;
}

/** Predecessors whose overlap is over and whose successor is issued. */
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
