import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/audited-transaction";
import { openSessionsWhere } from "@/lib/accounts/session-repository";
import type { AccountQuery, AccountRole, AccountStatus } from "@/lib/accounts/schema";

export type AccountRow = Readonly<{
  id: string;
  email: string;
  name: string;
  role: string;
  status: string;
  passwordHash: string;
  createdAt: Date;
  changedAt: Date;
  identityId: string | null;
}>;
/** With the person whose certificates sign in to it. */
export type LinkedAccountRow = AccountRow &
  Readonly<{ identity: Readonly<{ id: string; name: string; status: string }> | null }>;
export type AccountListRow = LinkedAccountRow &
  Readonly<{ openSessions: number; lastSignInAt: Date | null }>;

const identity = { select: { id: true, name: true, status: true } } as const;

export async function insertAccount(tx: AuditedTx, row: AccountRow): Promise<void> {
  await tx.account.create({ data: row });
}

export type AccountUpdate = Partial<
  Readonly<{
    name: string;
    role: AccountRole;
    status: AccountStatus;
    passwordHash: string;
    identityId: string | null;
  }>
> &
  Readonly<{ changedAt: Date }>;

export async function updateAccountRow(
  tx: AuditedTx,
  id: string,
  data: AccountUpdate,
): Promise<void> {
  await tx.account.update({ where: { id }, data });
}

/** Locks the row until the transaction ends, so that what is compared is what is changed. */
export async function lockAccount(tx: AuditedTx, id: string): Promise<LinkedAccountRow | null> {
  await tx.$queryRaw`select id from account where id = ${id} for update`;
  return tx.account.findUnique({ where: { id }, include: { identity } });
}

/** Locks all active administrators and counts those besides this one: two of them cannot remove each other at once. */
export async function countOtherAdmins(tx: AuditedTx, id: string): Promise<number> {
  const rows = await tx.$queryRaw<
    { id: string }[]
  >`select id from account where role = 'admin' and status = 'active' order by id for update`;
  return rows.filter((row) => row.id !== id).length;
}

export async function findAccountByEmail(db: Database, email: string): Promise<AccountRow | null> {
  return db.prisma.account.findUnique({ where: { email } });
}

/** Who has that identity's certificates already; for the words of a refusal. */
export async function findAccountOfIdentity(
  db: Database,
  identityId: string,
): Promise<AccountRow | null> {
  return db.prisma.account.findUnique({ where: { identityId } });
}

export async function findAccountById(db: Database, id: string): Promise<LinkedAccountRow | null> {
  return db.prisma.account.findUnique({ where: { id }, include: { identity } });
}

/** By id, which is by time of creation, newest first. */
export async function listAccountRows(
  db: Database,
  query: AccountQuery,
  now: Date,
  take: number,
): Promise<AccountListRow[]> {
  const { role, status, q, cursor } = query;
  const rows = await db.prisma.account.findMany({
    where: {
      ...(role ? { role } : {}),
      ...(status ? { status } : {}),
      ...(cursor ? { id: { lt: cursor } } : {}),
      ...(q
        ? {
            OR: [
              { email: { startsWith: q, mode: "insensitive" } },
              { name: { startsWith: q, mode: "insensitive" } },
            ],
          }
        : {}),
    },
    include: {
      identity,
      sessions: { orderBy: { createdAt: "desc" }, take: 1, select: { createdAt: true } },
      _count: { select: { sessions: { where: openSessionsWhere(now) } } },
    },
    orderBy: { id: "desc" },
    take,
  });
  return rows.map(({ sessions, _count, ...row }) => ({
    ...row,
    openSessions: _count.sessions,
    lastSignInAt: sessions[0]?.createdAt ?? null,
  }));
}
