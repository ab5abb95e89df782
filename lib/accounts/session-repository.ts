import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/audited-transaction";

export type SessionRow = Readonly<{
  id: string;
  accountId: string;
  certificateId: string | null;
  createdAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
  ip: string;
  userAgent: string;
}>;

export type ListedSessionRow = SessionRow & Readonly<{ open: boolean }>;

export async function insertSession(tx: AuditedTx, row: SessionRow): Promise<void> {
  await tx.session.create({ data: row });
}

export async function findSessionRow(db: Database, id: string): Promise<SessionRow | null> {
  return db.prisma.session.findUnique({ where: { id } });
}

export type OpenSessionRow = Readonly<{
  id: string;
  expires_at: Date;
  account_id: string;
  email: string;
  name: string;
  role: string;
  /** Of the certificate that the session is bound to. */
  certificate_id: string | null;
  serial: Buffer | null;
  fingerprint: Buffer | null;
}>;

/**
 * Prepared in pg: it runs on every request of a browser. A session that a certificate started counts only beside that very certificate
 * (`peerId`), while it is in force, its identity is active and the account is still that identity's.
 */
export async function findOpenSession(
  db: Database,
  id: string,
  peerId: string | null,
  now: Date,
): Promise<OpenSessionRow | null> {
  const { rows } = await db.pool.query<OpenSessionRow>({
    name: "find-open-session",
    text: `select s.id, s.expires_at, a.id as account_id, a.email, a.name, a.role, c.id as certificate_id, c.serial, c.fingerprint_sha256 as fingerprint
      from session s join account a on a.id = s.account_id left join certificate c on c.id = s.certificate_id left join identity i on i.id = c.identity_id
      where s.id = $1 and s.ended_at is null and s.expires_at > $2 and a.status = 'active'
        and (s.certificate_id is null or (c.id = $3 and c.state = 'issued' and c.not_before <= $2 and c.not_after > $2 and i.status = 'active' and a.identity_id = i.id))`,
    values: [id, now, peerId],
  });
  return rows[0] ?? null;
}

/** What makes a session open, for lists: a session that a certificate started is over once that is revoked, held or its identity suspended. */
export const openSessionsWhere = (now: Date) => ({
  endedAt: null,
  expiresAt: { gt: now },
  OR: [
    { certificateId: null },
    { certificate: { is: { state: "issued", identity: { is: { status: "active" } } } } },
  ],
});

export async function listSessionRows(
  db: Database,
  accountId: string,
  now: Date,
  take: number,
): Promise<ListedSessionRow[]> {
  const [rows, open] = await Promise.all([
    db.prisma.session.findMany({ where: { accountId }, orderBy: { createdAt: "desc" }, take }),
    db.prisma.session.findMany({
      where: { accountId, ...openSessionsWhere(now) },
      select: { id: true },
    }),
  ]);
  const ids = new Set(open.map(({ id }) => id));
  return rows.map((row) => ({ ...row, open: ids.has(row.id) }));
}

/** False if it had ended before: an end is told once. */
export async function endSessionRow(tx: AuditedTx, id: string, now: Date): Promise<boolean> {
  const { count } = await tx.session.updateMany({
    where: { id, endedAt: null },
    data: { endedAt: now },
  });
  return count === 1;
}

/** Ends the sessions of an account that certificates started. */
export async function endCertificateSessionRows(
  tx: AuditedTx,
  accountId: string,
  now: Date,
): Promise<void> {
  await tx.session.updateMany({
    where: { accountId, endedAt: null, certificateId: { not: null } },
    data: { endedAt: now },
  });
}

/** Ends all open sessions of an account but one; returns how many. */
export async function endSessionRows(
  tx: AuditedTx,
  accountId: string,
  now: Date,
  exceptId: string | null = null,
): Promise<number> {
  const { count } = await tx.session.updateMany({
    where: {
      accountId,
      endedAt: null,
      expiresAt: { gt: now },
      ...(exceptId === null ? {} : { id: { not: exceptId } }),
    },
    data: { endedAt: now },
  });
  return count;
}
