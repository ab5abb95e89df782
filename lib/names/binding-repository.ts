import { withAdvisoryLock } from "@/lib/db/advisory-lock";
import type { Database } from "@/lib/db/database";
import { listNamesOfMany } from "@/lib/identities/name-repository";
import type { NameRow } from "@/lib/identities/types";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

/** A certificate that may still be used, with what its names are compared with. */
export type BoundCertificate = Readonly<{
  id: string;
  identityId: string;
  identityName: string;
  commonName: string;
  sans: string[];
  serial: Uint8Array;
  notAfter: Date;
}>;

/**
 * Certificates of people, services and devices that may still be used or ended after `since`, by
 * id.
 */
export async function listBoundCertificates(
  db: Database,
  { since, afterId, take }: Readonly<{ since: Date; afterId: string; take: number }>,
): Promise<BoundCertificate[]> {
  const { rows } = await db.pool.query<BoundCertificate>({
    name: "names_bound_certificates",
    text: `select c.id, c.identity_id as "identityId", i.name as "identityName",
        c.common_name as "commonName", c.sans, c.serial, c.not_after as "notAfter"
      from certificate c join identity i on i.id = c.identity_id
      where c.id > $1 and c.state in ('planned', 'issued', 'held') and c.not_after >= $2
        and i.kind <> 'system' order by c.id limit $3`,
    values: [afterId, since, take],
  });
  return rows;
}

export type OrganizationBinding = Readonly<{
  id: string;
  name: string;
  binding: "observed" | "enforced";
  upgradedAt: Date | null;
}>;

/** Null before the setup. */
export async function findOrganizationBinding(db: Database): Promise<OrganizationBinding | null> {
  const { rows } = await db.pool.query<OrganizationBinding>(
    `select id, name, name_binding as binding, names_upgraded_at as "upgradedAt" from organization`,
  );
  return rows[0] ?? null;
}

export async function markUpgraded(tx: AuditedTx, id: string, now: Date): Promise<void> {
  await tx.organization.update({ where: { id }, data: { namesUpgradedAt: now } });
}

/** False if names are enforced already. */
export async function markEnforced(tx: AuditedTx, id: string): Promise<boolean> {
  const { count } = await tx.organization.updateMany({
    where: { id, nameBinding: "observed" },
    data: { nameBinding: "enforced" },
  });
  return count === 1;
}

export async function countUndecidedShares(db: Database): Promise<number> {
  const { rows } = await db.pool.query<{ n: number }>(
    "select count(*)::int as n from name_share where state = 'undecided'",
  );
  return rows[0]?.n ?? 0;
}

/** All identities by id, with the name that each holds as its own. */
export async function listAllIdentities(
  db: Database,
  afterId: string,
  take: number,
): Promise<{ id: string; name: string; kind: string }[]> {
  const { rows } = await db.pool.query<{ id: string; name: string; kind: string }>(
    "select id, name, kind from identity where id > $1 order by id limit $2",
    [afterId, take],
  );
  return rows;
}

export async function listNamesByIdentity(
  db: Database,
  identityIds: readonly string[],
): Promise<Map<string, NameRow[]>> {
  return listNamesOfMany(db, identityIds);
}

/** Certificates of an identity that may still be used or ended after `since`. */
export async function listCertificatesOf(
  db: Database,
  identityId: string,
  since: Date,
): Promise<Pick<BoundCertificate, "commonName" | "sans">[]> {
  const { rows } = await db.pool.query<Pick<BoundCertificate, "commonName" | "sans">>(
    `select distinct common_name as "commonName", sans from certificate
      where identity_id = $1 and state in ('planned', 'issued', 'held') and not_after >= $2`,
    [identityId, since],
  );
  return rows;
}

/** Runs `work` while no other process binds earlier names. */
export async function withUpgradeLock<T>(db: Database, work: () => Promise<T>): Promise<T> {
  return withAdvisoryLock(db, "names upgrade", work);
}
