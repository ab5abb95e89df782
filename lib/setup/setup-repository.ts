import { withAdvisoryLock } from "@/lib/db/advisory-lock";
import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

type OrganizationRow = Readonly<{ id: string; name: string; createdAt: Date }>;

/** The organization is inserted last, so its row means that the setup is complete. */
export async function findOrganization(db: Database): Promise<OrganizationRow | null> {
  return db.prisma.organization.findFirst();
}

export async function insertOrganization(tx: AuditedTx, row: OrganizationRow): Promise<void> {
  await tx.organization.create({ data: { ...row, only: true } });
}

/** Runs `work` while no other process runs a setup. */
export async function withSetupLock<T>(db: Database, work: () => Promise<T>): Promise<T> {
  return withAdvisoryLock(db, "setup", work);
}
