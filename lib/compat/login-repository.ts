import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type LoginRow = Readonly<{
  id: string;
  identityId: string;
  tokenId: string | null;
  certificateId: string | null;
  secretHash: Uint8Array;
  createdAt: Date;
  expiresAt: Date;
}>;
/** A login with what it stands for, as that is now. */
export type FoundLogin = LoginRow &
  Readonly<{
    identity: Readonly<{ id: string; name: string }>;
    token: Readonly<{ secretHash: Uint8Array }> | null;
    certificate: Readonly<{ der: Uint8Array | null }> | null;
  }>;

const related = {
  identity: { select: { id: true, name: true } },
  token: { select: { secretHash: true } },
  certificate: { select: { der: true } },
} as const;

export async function insertLogin(tx: AuditedTx, row: LoginRow): Promise<void> {
  await tx.login.create({ data: { ...row, secretHash: Uint8Array.from(row.secretHash) } });
}

export function findLoginByHash(db: Database, hash: Uint8Array): Promise<FoundLogin | null> {
  return db.prisma.login.findUnique({
    where: { secretHash: Uint8Array.from(hash) },
    include: related,
  });
}

export function findLoginById(db: Database, id: string): Promise<FoundLogin | null> {
  return db.prisma.login.findUnique({ where: { id }, include: related });
}

/** When the maker of a login ends by itself; null for never. */
export async function findMakerEnd(
  db: Database,
  { tokenId, certificateId }: Pick<LoginRow, "tokenId" | "certificateId">,
): Promise<Date | null> {
  if (tokenId !== null) {
    const row = await db.prisma.apiToken.findUniqueOrThrow({
      where: { id: tokenId },
      select: { expiresAt: true },
    });
    return row.expiresAt;
  }
  const row = await db.prisma.certificate.findUniqueOrThrow({
    where: { id: certificateId ?? "" },
    select: { notAfter: true },
  });
  return row.notAfter;
}
