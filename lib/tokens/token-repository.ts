import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/audited-transaction";
import type { TokenQuery, TokenStatus } from "@/lib/tokens/schema";

export type TokenRow = Readonly<{
  id: string; name: string; role: string; identityId: string | null; secretHash: Uint8Array; hint: string; createdBy: string; createdAt: Date;
  expiresAt: Date | null; revokedAt: Date | null;
}>;
export type TokenListRow = TokenRow & Readonly<{ identity: Readonly<{ id: string; name: string }> | null }>;

const withIdentity = { identity: { select: { id: true, name: true } } } as const;

export async function insertToken(tx: AuditedTx, row: TokenRow): Promise<void> {
  await tx.apiToken.create({ data: { ...row, secretHash: Uint8Array.from(row.secretHash) } });
}

/** False if it was revoked before: the date is never rewritten. */
export async function revokeTokenRow(tx: AuditedTx, id: string, now: Date): Promise<boolean> {
  const { count } = await tx.apiToken.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: now } });
  return count === 1;
}

export async function findTokenRow(db: Database, id: string): Promise<TokenListRow | null> {
  return db.prisma.apiToken.findUnique({ where: { id }, include: withIdentity });
}

/** Newest first by id. */
export async function listTokenRows(db: Database, query: TokenQuery, now: Date, take: number): Promise<TokenListRow[]> {
  const { status, role, cursor } = query;
  const where = { ...(status ? whereStatus(status, now) : {}), ...(role ? { role } : {}), ...(cursor ? { id: { lt: cursor } } : {}) };
  return db.prisma.apiToken.findMany({ where, include: withIdentity, orderBy: { id: "desc" }, take });
}

function whereStatus(status: TokenStatus, now: Date) {
  if (status === "revoked") return { revokedAt: { not: null } };
  return { revokedAt: null, OR: status === "expired" ? [{ expiresAt: { lte: now } }] : [{ expiresAt: null }, { expiresAt: { gt: now } }] };
}

/** The identity that a service token speaks for, as it stands. */
export async function findTokenIdentity(db: Database, id: string): Promise<{ id: string; name: string; status: string; kind: string } | null> {
  return db.prisma.identity.findUnique({ where: { id }, select: { id: true, name: true, status: true, kind: true } });
}

export type BearerRow = Readonly<{ id: string; name: string; role: string; identity_id: string | null; identity_status: string | null; expires_at: Date | null; revoked_at: Date | null }>;

/** Prepared in pg: it runs on every request of a program. */
export async function findTokenBySecret(db: Database, secretHash: Uint8Array): Promise<BearerRow | null> {
  const { rows } = await db.pool.query<BearerRow>({
    name: "find-token-by-secret",
    text: `select t.id, t.name, t.role, t.identity_id, i.status as identity_status, t.expires_at, t.revoked_at
      from api_token t left join identity i on i.id = t.identity_id where t.secret_hash = $1`,
    values: [Buffer.from(secretHash)],
  });
  return rows[0] ?? null;
}
