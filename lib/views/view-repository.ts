import type { Database } from "@/lib/db/database";
import type { Prisma } from "@/lib/db/generated/client";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type SavedViewRow = Prisma.SavedViewGetPayload<object>;

/** The views that an account has of these lists, by name. */
export async function listViewRows(
  { prisma }: Pick<Database, "prisma">,
  accountId: string,
  lists: readonly string[],
): Promise<SavedViewRow[]> {
  return prisma.savedView.findMany({
    where: { accountId, list: { in: [...lists] }, deletedAt: null },
    orderBy: [{ name: "asc" }, { id: "asc" }],
  });
}

/** How many views an account has. */
export async function countViews(tx: AuditedTx, accountId: string): Promise<number> {
  return tx.savedView.count({ where: { accountId, deletedAt: null } });
}

export async function insertView(tx: AuditedTx, row: SavedViewRow): Promise<void> {
  await tx.savedView.create({ data: row });
}

/** A view of that account, locked; null if there is none. */
export async function lockView(
  tx: AuditedTx,
  accountId: string,
  id: string,
): Promise<SavedViewRow | null> {
  await tx.$queryRaw`select id from saved_view where id = ${id} for update`;
  return tx.savedView.findFirst({ where: { id, accountId, deletedAt: null } });
}

export async function updateView(
  tx: AuditedTx,
  id: string,
  data: Readonly<{ name?: string; deletedAt?: Date; changedAt: Date }>,
): Promise<void> {
  await tx.savedView.update({ where: { id }, data });
}
