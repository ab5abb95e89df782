import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type NewInvitationRow = Readonly<{
  id: string;
  accountId: string;
  tokenSha256: Uint8Array<ArrayBuffer>;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date;
}>;
export type InvitationRow = Readonly<{
  id: string;
  expiresAt: Date;
  usedAt: Date | null;
  canceledAt: Date | null;
  account: Readonly<{
    id: string;
    email: string;
    name: string;
    role: string;
    status: string;
    passwordHash: string | null;
    identityId: string | null;
  }>;
}>;

const notClosed = { usedAt: null, canceledAt: null } as const;

/** Links that still work, for lists. */
export const openInvitationsWhere = (now: Date) => ({ ...notClosed, expiresAt: { gt: now } });

export async function insertInvitation(tx: AuditedTx, row: NewInvitationRow): Promise<void> {
  await tx.invitation.create({ data: row });
}

/** The link of an account that works; null for none. */
export async function findOpenInvitation(
  db: Database,
  accountId: string,
  now: Date,
): Promise<Readonly<{ createdAt: Date; expiresAt: Date }> | null> {
  return db.prisma.invitation.findFirst({
    where: { accountId, ...openInvitationsWhere(now) },
    select: { createdAt: true, expiresAt: true },
  });
}

/** The link with this secret, whether it works or not; null if there never was one. */
export async function findInvitation(
  db: Database,
  tokenSha256: Uint8Array<ArrayBuffer>,
): Promise<InvitationRow | null> {
  return db.prisma.invitation.findUnique({ where: { tokenSha256 }, include: { account: true } });
}

/** The same, and locks it until the transaction ends, so that it is used only once. */
export async function lockInvitation(
  tx: AuditedTx,
  tokenSha256: Uint8Array<ArrayBuffer>,
): Promise<InvitationRow | null> {
  await tx.$queryRaw`select id from invitation where token_sha256 = ${tokenSha256} for update`;
  return tx.invitation.findUnique({ where: { tokenSha256 }, include: { account: true } });
}

export async function useInvitation(
  tx: AuditedTx,
  id: string,
  used: Readonly<{ usedAt: Date; usedIp: string }>,
): Promise<void> {
  await tx.invitation.update({ where: { id }, data: used });
}

/** Cancels the link of an account that was neither used nor canceled, expired or not; its id. */
export async function cancelInvitationRow(
  tx: AuditedTx,
  accountId: string,
  canceledAt: Date,
): Promise<string | null> {
  const [row] = await tx.$queryRaw<
    { id: string }[]
  >`select id from invitation where account_id = ${accountId} and used_at is null and canceled_at is null for update`;
  if (row === undefined) return null;
  await tx.invitation.update({ where: { id: row.id }, data: { canceledAt } });
  return row.id;
}
