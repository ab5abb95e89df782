import { listIdsByWords } from "@/lib/db/list-ids-by-words";
import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { AccountQuery, AccountRole, AccountStatus } from "./schema";
import { openInvitationsWhere } from "./invitation-repository";
import { openSessionsWhere } from "./session-repository";

export type AccountRow = Readonly<{
  id: string;
  email: string;
  name: string;
  role: string;
  status: string;
  /** Null until its user has set one. */
  passwordHash: string | null;
  createdAt: Date;
  changedAt: Date;
  identityId: string | null;
}>;
/** With the identity whose certificates sign in to it. */
export type AccountWithIdentityRow = AccountRow &
  Readonly<{ identity: Readonly<{ id: string; name: string; status: string }> | null }>;
export type AccountListRow = AccountWithIdentityRow &
  Readonly<{
    openSessions: number;
    lastSignInAt: Date | null;
    invitation: Readonly<{ createdAt: Date; expiresAt: Date }> | null;
  }>;

const identity = { select: { id: true, name: true, status: true } } as const;

export async function insertAccount(tx: AuditedTx, row: AccountRow): Promise<void> {
  await tx.account.create({ data: row });
}

export type AccountUpdate = Partial<
  Readonly<{
    name: string;
    role: AccountRole;
    status: AccountStatus;
    passwordHash: string | null;
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

/** Reads the row and locks it until the transaction ends. */
export async function lockAccount(
  tx: AuditedTx,
  id: string,
): Promise<AccountWithIdentityRow | null> {
  await tx.$queryRaw`select id from account where id = ${id} for update`;
  return tx.account.findUnique({ where: { id }, include: { identity } });
}

/**
 * Locks all active administrators and counts the others, so that two can't remove each other at the
 * same time.
 */
export async function countOtherAdmins(tx: AuditedTx, id: string): Promise<number> {
  const rows = await tx.$queryRaw<
    { id: string }[]
  >`select id from account where role = 'admin' and status = 'active' order by id for update`;
  return rows.filter((row) => row.id !== id).length;
}

export async function findAccountByEmail(db: Database, email: string): Promise<AccountRow | null> {
  return db.prisma.account.findUnique({ where: { email } });
}

/** The account that certificates of this identity sign in to. */
export async function findAccountOfIdentity(
  db: Database,
  identityId: string,
): Promise<AccountRow | null> {
  return db.prisma.account.findUnique({ where: { identityId } });
}

export async function findAccountById(
  db: Database,
  id: string,
): Promise<AccountWithIdentityRow | null> {
  return db.prisma.account.findUnique({ where: { id }, include: { identity } });
}

/** Newest first: ids sort by creation time. */
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
      AND: [q ? { id: { in: await listIdsByWords(db, "account", q) } } : {}],
    },
    include: {
      identity,
      invitations: {
        where: openInvitationsWhere(now),
        take: 1,
        select: { createdAt: true, expiresAt: true },
      },
      sessions: { orderBy: { createdAt: "desc" }, take: 1, select: { createdAt: true } },
      _count: { select: { sessions: { where: openSessionsWhere(now) } } },
    },
    orderBy: { id: "desc" },
    take,
  });
  return rows.map(({ sessions, invitations, _count, ...row }) => ({
    ...row,
    invitation: invitations[0] ?? null,
    openSessions: _count.sessions,
    lastSignInAt: sessions[0]?.createdAt ?? null,
  }));
}

/** A certificate with its identity, and the account that it signs in to, if any. */
export type CertificateAccountRow = Readonly<{
  id: string;
  state: string;
  not_before: Date;
  not_after: Date;
  identity_name: string;
  identity_kind: string;
  identity_status: string;
  account: Readonly<{
    id: string;
    email: string;
    name: string;
    role: string;
    status: string;
  }> | null;
}>;

export async function findCertificateAccount(
  db: Database,
  certificateId: string,
): Promise<CertificateAccountRow | null> {
  const { rows } = await db.pool.query<CertificateAccountRow>({
    name: "find-certificate-account",
    text: `select c.id, c.state, c.not_before, c.not_after, i.name as identity_name, i.kind as identity_kind, i.status as identity_status,
        case when a.id is not null then json_build_object('id', a.id, 'email', a.email, 'name', a.name, 'role', a.role, 'status', a.status) end as account
      from certificate c join identity i on i.id = c.identity_id left join account a on a.identity_id = i.id where c.id = $1`,
    values: [certificateId],
  });
  return rows[0] ?? null;
}
