import { withAdvisoryLock } from "@/lib/db/advisory-lock";
import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { ProfileVersion } from "@/lib/log/pure/profile-version";
import type { ProfileRules } from "@/lib/pki/types";
import { readStoredRules, type StoredRules } from "@/lib/pki/stored-rules";

export type ProfileRow = Readonly<{
  id: string;
  slug: string;
  name: string;
  description: string;
  system: boolean;
  status: string;
  version: number;
  rules: ProfileRules;
  /** As they are in the database, which entries hold the hash of. */
  storedRules: StoredRules;
  authorityId: string | null;
  authoritySlug: string | null;
  createdAt: Date;
  changedAt: Date;
}>;
export type NewProfileRow = Omit<ProfileRow, "authoritySlug" | "storedRules">;
export type ProfileChangeRow = Readonly<{
  name: string;
  description: string;
  authorityId: string | null;
  rules: StoredRules;
  version: number;
  changedAt: Date;
}>;

const columns = `p.id, p.slug, p.name, p.description, p.system, p.status, p.version, p.rules as "storedRules", p.authority_id as "authorityId", a.slug as "authoritySlug",
  p.created_at as "createdAt", p.changed_at as "changedAt" from profile p left join authority a on a.id = p.authority_id`;

type SelectedRow = Omit<ProfileRow, "rules">;
const profileRow = (row: SelectedRow): ProfileRow => ({
  ...row,
  rules: readStoredRules(row.storedRules),
});

// Prisma's type for a JSON column does not accept the readonly rules.
const json = (rules: StoredRules): object => ({ ...rules });

export async function insertProfile(tx: AuditedTx, row: NewProfileRow): Promise<void> {
  await tx.profile.create({ data: { ...row, rules: json(row.rules) } });
}

/** A version as it is kept, with the entry that holds its digest. */
export type NewVersionRow = ProfileVersion &
  Readonly<{ rules: StoredRules; digest: string; entryId: string; createdAt: Date }>;

/** Keeps a version of a profile, unchanged: the signer evaluates certificates by it (decision 20). */
export async function insertProfileVersion(tx: AuditedTx, row: NewVersionRow): Promise<void> {
  await tx.$executeRaw`
    insert into profile_version
      (profile_id, version, slug, system, authority_id, rules, digest, entry_id, created_at)
    values (${row.profileId}, ${row.version}, ${row.slug}, ${row.system}, ${row.authorityId},
      ${JSON.stringify(row.rules)}::jsonb, ${row.digest}, ${row.entryId}, ${row.createdAt})`;
}

/** Whether any version of any profile has this key usage. */
export async function hasVersionWithUsage(db: Database, usage: string): Promise<boolean> {
  const { rows } = await db.pool.query<{ has: boolean }>(
    "select exists (select from profile_version where rules -> 'keyUsage' ? $1) as has",
    [usage],
  );
  return rows[0]?.has ?? false;
}

/** Runs `work` while no other node upgrades the key usages of profiles. */
export async function withUsageLock<T>(db: Database, work: () => Promise<T>): Promise<T> {
  return withAdvisoryLock(db, "server usages", work);
}

/** False if it has changed since `version` was read, or is retired. */
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

/** By id or slug. Prepared, because issuing reads it for each certificate. */
export async function findProfileRow(db: Database, ref: string): Promise<ProfileRow | null> {
  const { rows } = await db.pool.query<SelectedRow>({
    name: "profile_by_ref",
    text: `select ${columns} where p.id = $1 or p.slug = $1`,
    values: [ref],
  });
  return rows[0] === undefined ? null : profileRow(rows[0]);
}

export async function listProfileRows(db: Database): Promise<ProfileRow[]> {
  const { rows } = await db.pool.query<SelectedRow>(
    `select ${columns} order by p.system, p.status, p.created_at, p.id`,
  );
  return rows.map(profileRow);
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

/** The authority that a profile issues from, by id or slug. */
export async function findIssuingAuthority(
  db: Database,
  ref: string,
): Promise<{ id: string; slug: string; status: string; kind: string } | null> {
  return db.prisma.authority.findFirst({
    where: { OR: [{ id: ref }, { slug: ref }] },
    select: { id: true, slug: true, status: true, kind: true },
  });
}
