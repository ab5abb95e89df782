import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/audited-transaction";
import type { ProfileRules } from "@/lib/pki/types";

export type ProfileRow = Readonly<{
  id: string;
  slug: string;
  name: string;
  description: string;
  system: boolean;
  status: string;
  version: number;
  rules: ProfileRules;
  authorityId: string | null;
  authoritySlug: string | null;
  createdAt: Date;
  changedAt: Date;
}>;
export type NewProfileRow = Omit<ProfileRow, "authoritySlug">;
export type ProfileChangeRow = Readonly<{
  name: string;
  description: string;
  authorityId: string | null;
  rules: ProfileRules;
  version: number;
  changedAt: Date;
}>;

const columns = `p.id, p.slug, p.name, p.description, p.system, p.status, p.version, p.rules, p.authority_id as "authorityId", a.slug as "authoritySlug",
  p.created_at as "createdAt", p.changed_at as "changedAt" from profile p left join authority a on a.id = p.authority_id`;

// Rules go in and out as JSON; Prisma's type for that is wider than ours.
const json = (rules: ProfileRules): object => ({ ...rules });

export async function insertProfile(tx: AuditedTx, row: NewProfileRow): Promise<void> {
  await tx.profile.create({ data: { ...row, rules: json(row.rules) } });
}

/** False if somebody else changed it since `version` was read, or it is retired. */
export async function updateProfileRow(
  tx: AuditedTx,
  id: string,
  version: number,
  data: ProfileChangeRow,
): Promise<boolean> {
  const { count } = await tx.profile.updateMany({
    where: { id, version, status: "active" },
    data: { ...data, rules: json(data.rules) },
  });
  return count === 1;
}

export async function retireProfileRow(tx: AuditedTx, id: string, now: Date): Promise<boolean> {
  const { count } = await tx.profile.updateMany({
    where: { id, status: "active" },
    data: { status: "retired", changedAt: now },
  });
  return count === 1;
}

/** Hot: by id or slug. */
export async function findProfileRow(db: Database, ref: string): Promise<ProfileRow | null> {
  const { rows } = await db.pool.query<ProfileRow>({
    name: "profile_by_ref",
    text: `select ${columns} where p.id = $1 or p.slug = $1`,
    values: [ref],
  });
  return rows[0] ?? null;
}

export async function listProfileRows(db: Database): Promise<ProfileRow[]> {
  const { rows } = await db.pool.query<ProfileRow>(
    `select ${columns} order by p.system, p.status, p.created_at, p.id`,
  );
  return rows;
}

export async function countCertificatesByProfile(db: Database): Promise<Map<string, number>> {
  const { rows } = await db.pool.query<{ id: string; count: number }>(
    "select profile_id as id, count(*)::int as count from certificate where state not in ('planned', 'failed') group by profile_id",
  );
  return new Map(rows.map((row) => [row.id, row.count]));
}

export async function countCertificatesOfProfile(db: Database, id: string): Promise<number> {
  const { rows } = await db.pool.query<{ count: number }>(
    "select count(*)::int as count from certificate where profile_id = $1 and state not in ('planned', 'failed')",
    [id],
  );
  return rows[0]?.count ?? 0;
}

/** The authority that a profile issues from, by id or slug; for the door of profiles alone. */
export async function findIssuingAuthority(
  db: Database,
  ref: string,
): Promise<{ id: string; slug: string; status: string; kind: string } | null> {
  return db.prisma.authority.findFirst({
    where: { OR: [{ id: ref }, { slug: ref }] },
    select: { id: true, slug: true, status: true, kind: true },
  });
}
