import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type NewPermissionRow = Readonly<{
  id: string;
  identityId: string;
  authorityId: string;
  trustDomain: string;
  maxSeconds: number;
  count: number;
  createdBy: string;
  createdAt: Date;
}>;
/** With what the signer says of it. */
export type PermissionRow = NewPermissionRow &
  Readonly<{
    identityName: string;
    authoritySlug: string;
    revokedAt: Date | null;
    decision: string | null;
    decidedBy: string | null;
    decidedAt: Date | null;
    used: number;
  }>;

export async function insertPermission(tx: AuditedTx, row: NewPermissionRow): Promise<void> {
  await tx.caPermission.create({ data: row });
}

/** False if it was revoked before. */
export async function revokePermissionRow(
  tx: AuditedTx,
  id: string,
  revokedAt: Date,
): Promise<boolean> {
  const where = { id, revokedAt: null };
  return (await tx.caPermission.updateMany({ where, data: { revokedAt } })).count === 1;
}

/** Until the transaction ends, nobody revokes it. False if it is revoked. */
export async function lockPermission(tx: AuditedTx, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    select id from ca_permission where id = ${id} and revoked_at is null for key share`;
  return rows.length === 1;
}

const selectPermissions = `select p.id, p.identity_id as "identityId", i.name as "identityName", p.authority_id as "authorityId", a.slug as "authoritySlug",
    p.trust_domain as "trustDomain", p.max_seconds as "maxSeconds", p.count, p.created_by as "createdBy", p.created_at as "createdAt", p.revoked_at as "revokedAt",
    d.decision, d.decided_by as "decidedBy", d.created_at as "decidedAt", coalesce(d.used, 0) as used
  from ca_permission p join identity i on i.id = p.identity_id join authority a on a.id = p.authority_id left join ca_permission_decision d on d.id = p.id`;
const maxListed = 500;

/** Newest first. */
export async function listPermissionRows(
  db: Database,
  {
    identity,
    authority,
  }: Readonly<{ identity?: string | undefined; authority?: string | undefined }>,
): Promise<PermissionRow[]> {
  const { rows } = await db.pool.query<PermissionRow>(
    `${selectPermissions} where ($1::text is null or p.identity_id = $1) and ($2::text is null or $2 in (a.id, a.slug)) order by p.id desc limit ${maxListed}`,
    [identity ?? null, authority ?? null],
  );
  return rows;
}

export async function findPermissionRow(db: Database, id: string): Promise<PermissionRow | null> {
  const { rows } = await db.pool.query<PermissionRow>(`${selectPermissions} where p.id = $1`, [id]);
  return rows[0] ?? null;
}
