import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type SessionRow = Readonly<{
  id: string;
  accountId: string;
  certificateId: string | null;
  /** The trusted proxy that it was started through. */
  proxyId: string | null;
  createdAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
  /** It ends then unless there is activity. */
  idleUntil: Date;
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

/**
 * Whether the account with this email signed in from this network (CIDR) since then, or used a link
 * from it; false for an email without an account.
 */
export async function hasSignedInFrom(
  db: Database,
  email: string,
  network: string,
  since: Date,
): Promise<boolean> {
  const { rows } = await db.pool.query({
    name: "has-signed-in-from",
    text: `select 1 from account a where a.email = $1 and (
      exists (select 1 from session s where s.account_id = a.id and s.created_at > $2 and case when s.ip = '' then false else s.ip::inet <<= $3::cidr end)
      or exists (select 1 from invitation i where i.account_id = a.id and i.used_at > $2 and case when i.used_ip = '' then false else i.used_ip::inet <<= $3::cidr end))`,
    values: [email, since, network],
  });
  return rows.length > 0;
}

export type OpenSessionRow = Readonly<{
  id: string;
  expires_at: Date;
  account_id: string;
  email: string;
  name: string;
  role: string;
  /** The certificate that the session is bound to. */
  certificate_id: string | null;
  serial: Buffer | null;
  fingerprint: Buffer | null;
}>;

/**
 * Prepared, because it runs on every request of a browser. A session that was started with a
 * certificate is valid only together with that certificate (`peerId`), while the certificate is
 * valid, its identity is active, and the account is linked to that identity. One that was started
 * through a proxy is valid while that proxy has the scope for it.
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
      from session s join account a on a.id = s.account_id left join certificate c on c.id = s.certificate_id left join identity i on i.id = c.identity_id left join proxy x on x.id = s.proxy_id
      where s.id = $1 and s.ended_at is null and s.expires_at > $2 and s.idle_until > $2 and a.status = 'active'
        and (s.certificate_id is null or (c.id = $3 and c.state = 'issued' and c.not_before <= $2 and c.not_after > $2 and i.status = 'active' and a.identity_id = i.id))
        and (s.proxy_id is null or (x.status = 'active' and 'console' = any(x.scopes)))`,
    values: [id, now, peerId],
  });
  return rows[0] ?? null;
}

/**
 * Open sessions, for lists. A session that was started with a certificate is no longer open once
 * the certificate is revoked or on hold, or its identity is suspended; nor once the proxy that it
 * was started through has lost the scope for it.
 */
export const openSessionsWhere = (now: Date) => ({
  endedAt: null,
  expiresAt: { gt: now },
  idleUntil: { gt: now },
  AND: [
    {
      OR: [
        { certificateId: null },
        { certificate: { is: { state: "issued", identity: { is: { status: "active" } } } } },
      ],
    },
    {
      OR: [{ proxyId: null }, { proxy: { is: { status: "active", scopes: { has: "console" } } } }],
    },
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

/**
 * Postpones the end of a session for lack of activity. Writes nothing unless it is postponed by
 * more than `leastMs`.
 */
export async function postponeIdleEnd(
  db: Database,
  id: string,
  { idleUntil, leastMs }: Readonly<{ idleUntil: Date; leastMs: number }>,
): Promise<void> {
  await db.pool.query({
    name: "postpone-idle-end",
    text: "update session set idle_until = $2 where id = $1 and ended_at is null and idle_until < $3",
    values: [id, idleUntil, new Date(idleUntil.getTime() - leastMs)],
  });
}

/** False if it had ended already. */
export async function endSessionRow(tx: AuditedTx, id: string, now: Date): Promise<boolean> {
  const { count } = await tx.session.updateMany({
    where: { id, endedAt: null },
    data: { endedAt: now },
  });
  return count === 1;
}

/** Ends the sessions of an account that were started with a certificate. */
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

/**
 * Whether a proxy may pass sign-ins on. Locked until the transaction ends, so that a session and
 * the removal of its proxy are one after the other.
 */
export async function mayStartSessions(tx: AuditedTx, proxyId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    select id from proxy where id = ${proxyId} and status = 'active' and 'console' = any(scopes) for share`;
  return rows.length > 0;
}
