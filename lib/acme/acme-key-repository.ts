import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type AcmeKeyRow = Readonly<{
  id: string;
  identityId: string;
  sealed: Uint8Array;
  profiles: readonly string[];
  names: readonly string[];
  createdBy: string;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  accountId: string | null;
  lineage: readonly string[];
}>;
export type ListedAcmeKey = AcmeKeyRow &
  Readonly<{ identity: Readonly<{ id: string; name: string }>; accounts: number }>;

const withIdentity = {
  identity: { select: { id: true, name: true } },
  _count: { select: { accounts: { where: { status: "valid" } } } },
} as const;

export async function insertAcmeKey(tx: AuditedTx, row: AcmeKeyRow): Promise<void> {
  const { revokedAt: _never, ...data } = row;
  await tx.acmeKey.create({
    data: {
      ...data,
      sealed: Uint8Array.from(row.sealed),
      profiles: [...row.profiles],
      names: [...row.names],
      lineage: [...row.lineage],
    },
  });
}

/** False if it was revoked before. */
export async function revokeAcmeKeyRow(tx: AuditedTx, id: string, now: Date): Promise<boolean> {
  const { count } = await tx.acmeKey.updateMany({
    where: { id, revokedAt: null },
    data: { revokedAt: now },
  });
  return count === 1;
}

export async function findAcmeKeyRow(db: Database, id: string): Promise<ListedAcmeKey | null> {
  const row = await db.prisma.acmeKey.findUnique({ where: { id }, include: withIdentity });
  return row && { ...row, accounts: row._count.accounts };
}

/** Newest first. */
export async function listAcmeKeyRows(db: Database, identityId: string): Promise<ListedAcmeKey[]> {
  const rows = await db.prisma.acmeKey.findMany({
    where: { identityId },
    include: withIdentity,
    orderBy: { id: "desc" },
    take: 200,
  });
  return rows.map((row) => ({ ...row, accounts: row._count.accounts }));
}
