import type { Database } from "@/lib/db/database";
import type { Prisma } from "@/lib/db/generated/client";
import type { AuditedTx } from "@/lib/log/audited-transaction";

export type ExceptionRowWhole = Prisma.AlertExceptionGetPayload<object>;

/** Those that still hold first, each newest first. */
export async function listExceptionRows(
  { prisma }: Pick<Database, "prisma">,
  now: Date,
  activeOnly: boolean,
  most: number,
): Promise<ExceptionRowWhole[]> {
  return prisma.alertException.findMany({
    where: activeOnly ? { endedAt: null, expiresAt: { gt: now } } : {},
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: most,
  });
}

export async function insertException(tx: AuditedTx, row: ExceptionRowWhole): Promise<void> {
  await tx.alertException.create({ data: row });
}

export async function lockException(tx: AuditedTx, id: string): Promise<ExceptionRowWhole | null> {
  await tx.$queryRaw`select id from alert_exception where id = ${id} for update`;
  return tx.alertException.findUnique({ where: { id } });
}

export async function endExceptionRow(tx: AuditedTx, id: string, now: Date): Promise<void> {
  await tx.alertException.update({ where: { id }, data: { endedAt: now } });
}
