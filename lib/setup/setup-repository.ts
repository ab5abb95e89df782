import { withLock } from "@/lib/authorities/crl-repository";
import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/audited-transaction";

type OrganizationRow = Readonly<{ id: string; name: string; createdAt: Date }>;

/** The organisation's row is made last, so it says that the setup is complete. */
export async function findOrganization(db: Database): Promise<OrganizationRow | null> {
  return db.prisma.organization.findFirst();
}

export async function insertOrganization(tx: AuditedTx, row: OrganizationRow): Promise<void> {
  await tx.organization.create({ data: { ...row, only: true } });
}

/** One setup at a time, whichever door began it. */
export async function withSetupLock<T>(db: Database, work: () => Promise<T>): Promise<T> {
  return withLock(db, "setup", work);
}
