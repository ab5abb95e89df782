import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/audited-transaction";

export type SessionRow = Readonly<{ id: string; accountId: string; createdAt: Date; expiresAt: Date; endedAt: Date | null; ip: string; userAgent: string }>;

export async function insertSession(tx: AuditedTx, row: SessionRow): Promise<void> {
  await tx.session.create({ data: row });
}

export async function findSessionRow(db: Database, id: string): Promise<SessionRow | null> {
  return db.prisma.session.findUnique({ where: { id } });
}

export type OpenSessionRow = Readonly<{ id: string; expires_at: Date; account_id: string; email: string; name: string; role: string }>;

/** Prepared in pg: it runs on every request of a browser. */
export async function findOpenSession(db: Database, id: string, now: Date): Promise<OpenSessionRow | null> {
  const { rows } = await db.pool.query<OpenSessionRow>({
    name: "find-open-session",
    text: `select s.id, s.expires_at, a.id as account_id, a.email, a.name, a.role from session s join account a on a.id = s.account_id
      where s.id = $1 and s.ended_at is null and s.expires_at > $2 and a.status = 'active'`,
    values: [id, now],
  });
  return rows[0] ?? null;
}

export async function listSessionRows(db: Database, accountId: string, take: number): Promise<SessionRow[]> {
  return db.prisma.session.findMany({ where: { accountId }, orderBy: { createdAt: "desc" }, take });
}

/** False if it had ended before: an end is told once. */
export async function endSessionRow(tx: AuditedTx, id: string, now: Date): Promise<boolean> {
  const { count } = await tx.session.updateMany({ where: { id, endedAt: null }, data: { endedAt: now } });
  return count === 1;
}

/** Ends all open sessions of an account but one; returns how many. */
export async function endSessionRows(tx: AuditedTx, accountId: string, now: Date, exceptId: string | null = null): Promise<number> {
  const { count } = await tx.session.updateMany({ where: { accountId, endedAt: null, expiresAt: { gt: now }, ...(exceptId === null ? {} : { id: { not: exceptId } }) }, data: { endedAt: now } });
  return count;
}
