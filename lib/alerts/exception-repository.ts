import type { Database } from "@/lib/db/database";
import type { Prisma } from "@/lib/db/generated/client";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type AlertExceptionRow = Prisma.AlertExceptionGetPayload<object>;

/** Newest first. */
export async function listExceptionRows(
  { prisma }: Pick<Database, "prisma">,
  now: Date,
  activeOnly: boolean,
  most: number,
): Promise<AlertExceptionRow[]> {
  return prisma.alertException.findMany({
    where: activeOnly ? { endedAt: null, expiresAt: { gt: now } } : {},
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: most,
  });
}

export async function insertException(tx: AuditedTx, row: AlertExceptionRow): Promise<void> {
  await tx.alertException.create({ data: row });
}

/** The identity that an alert's subject is, or whose certificate it is; null for anything else. */
export async function findIdentityOfSubject(
  source: AuditedTx | Readonly<{ db: Pick<Database, "prisma"> }>,
  subjectId: string,
): Promise<string | null> {
  const prisma = "db" in source ? source.db.prisma : source;
  const rows = await prisma.$queryRaw<
    { id: string }[]
  >`select id from identity where id = ${subjectId}
    union all select identity_id from certificate where id = ${subjectId}`;
  return rows[0]?.id ?? null;
}

export async function lockException(tx: AuditedTx, id: string): Promise<AlertExceptionRow | null> {
  await tx.$queryRaw`select id from alert_exception where id = ${id} for update`;
  return tx.alertException.findUnique({ where: { id } });
}

export async function endExceptionRow(tx: AuditedTx, id: string, now: Date): Promise<void> {
  await tx.alertException.update({ where: { id }, data: { endedAt: now } });
}
