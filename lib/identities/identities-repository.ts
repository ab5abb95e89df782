import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/audited-transaction";
import type { IdentityQuery } from "./schema";

export type IdentityRow = Readonly<{
  id: string;
  kind: string;
  name: string;
  owner: string;
  status: string;
  note: string;
  networks: readonly string[];
  createdAt: Date;
  changedAt: Date;
}>;
export type IdentityCounts = Readonly<{ valid: number; expired: number; revoked: number }>;

export async function insertIdentity(tx: AuditedTx, row: IdentityRow): Promise<void> {
  await tx.identity.create({ data: { ...row, networks: [...row.networks] } });
}

export async function updateIdentityRow(
  tx: AuditedTx,
  id: string,
  data: Partial<Pick<IdentityRow, "name" | "owner" | "note" | "networks">> & { changedAt: Date },
): Promise<void> {
  const { networks, ...rest } = data;
  await tx.identity.update({
    where: { id },
    data: { ...rest, ...(networks === undefined ? {} : { networks: [...networks] }) },
  });
}

/** False if it was in that status already. */
export async function setIdentityStatus(
  tx: AuditedTx,
  id: string,
  status: "active" | "suspended",
  now: Date,
): Promise<boolean> {
  const { count } = await tx.identity.updateMany({
    where: { id, status: { not: status } },
    data: { status, changedAt: now },
  });
  return count === 1;
}

/** Locks the row until the transaction ends, so that what is compared is what is changed. */
export async function lockIdentity(tx: AuditedTx, id: string): Promise<IdentityRow | null> {
  await tx.$queryRaw`select id from identity where id = ${id} for update`;
  return tx.identity.findUnique({ where: { id } });
}

/** Hot: issuing asks for it before each certificate, at most every second or two. */
export async function findIdentityRow(db: Database, id: string): Promise<IdentityRow | null> {
  const { rows } = await db.pool.query<IdentityRow>({
    name: "identity_by_id",
    text: `select id, kind, name, owner, status, note, networks, created_at as "createdAt", changed_at as "changedAt" from identity where id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

export async function findIdentityByName(
  db: Database,
  kind: string,
  name: string,
): Promise<IdentityRow | null> {
  return db.prisma.identity.findUnique({ where: { kind_name: { kind, name } } });
}

/** Newest first. Chancery's own identities only when they are asked for by kind. */
export async function listIdentityRows(
  db: Database,
  query: IdentityQuery,
  take: number,
): Promise<IdentityRow[]> {
  const { kind, status, q, cursor } = query;
  const starts = q ? { startsWith: q, mode: "insensitive" as const } : null;
  return db.prisma.identity.findMany({
    where: {
      kind: kind ?? { not: "system" },
      ...(status ? { status } : {}),
      ...(cursor ? { id: { lt: cursor } } : {}),
      ...(starts ? { OR: [{ name: starts }, { owner: starts }, { id: q ?? "" }] } : {}),
    },
    orderBy: { id: "desc" },
    take,
  });
}

export async function countCertificatesOf(
  db: Database,
  identityIds: readonly string[],
  now: Date,
): Promise<Map<string, IdentityCounts>> {
  const { rows } = await db.pool.query<IdentityCounts & { id: string }>({
    name: "identity_certificate_counts",
    text: `select identity_id as id, count(*) filter (where state = 'issued' and not_after >= $2)::int as valid,
        count(*) filter (where state = 'issued' and not_after < $2)::int as expired, count(*) filter (where state in ('revoked', 'held'))::int as revoked
      from certificate where identity_id = any($1) group by identity_id`,
    values: [identityIds, now],
  });
  return new Map(rows.map(({ id, ...counts }) => [id, counts]));
}
