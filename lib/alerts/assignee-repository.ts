import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type AssigneeRow = Readonly<{ id: string; email: string; role: string; status: string }>;

/** Active accounts with these roles, sorted by email. */
export async function listAssigneeRows(
  { prisma }: Pick<Database, "prisma">,
  roles: readonly string[],
  take: number,
): Promise<Pick<AssigneeRow, "id" | "email">[]> {
  return prisma.account.findMany({
    where: { status: "active", role: { in: [...roles] } },
    select: { id: true, email: true },
    orderBy: { email: "asc" },
    take,
  });
}

export async function findAssigneeRow(
  { prisma }: Pick<Database, "prisma">,
  id: string,
): Promise<AssigneeRow | null> {
  const select = { id: true, email: true, role: true, status: true } as const;
  return prisma.account.findUnique({ where: { id }, select });
}

/**
 * Reads an account and locks it against changes until the transaction ends, so that an alert is not
 * assigned to someone who loses the permission at the same moment.
 */
export async function findAssigneeForShare(tx: AuditedTx, id: string): Promise<AssigneeRow | null> {
  const [row] = await tx.$queryRaw<
    AssigneeRow[]
  >`select id, email, role, status from account where id = ${id} for share`;
  return row ?? null;
}

/** The labels of accounts by id: their emails, as in the audit log. */
export async function labelAccounts(
  { prisma }: Readonly<{ prisma: Pick<Database["prisma"], "account"> }>,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const uniqueIds = [...new Set(ids)];
  if (uniqueIds.length === 0) return new Map();
  return new Map(
    (
      await prisma.account.findMany({
        where: { id: { in: uniqueIds } },
        select: { id: true, email: true },
      })
    ).map(({ id, email }) => [id, email]),
  );
}
