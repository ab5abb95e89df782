import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/audited-transaction";

export type AssigneeRow = Readonly<{ id: string; email: string; role: string; status: string }>;

/** Active accounts of these roles, by e-mail address. */
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

/** Until the transaction ends the account keeps its role and state: nobody is given work while losing the right to it. */
export async function holdAssignee(tx: AuditedTx, id: string): Promise<AssigneeRow | null> {
  const [row] = await tx.$queryRaw<
    AssigneeRow[]
  >`select id, email, role, status from account where id = ${id} for share`;
  return row ?? null;
}

/** How accounts are called, by id: as in the log, by their e-mail address. */
export async function labelAccounts(
  { prisma }: Readonly<{ prisma: Pick<Database["prisma"], "account"> }>,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  return new Map(
    (
      await prisma.account.findMany({
        where: { id: { in: wanted } },
        select: { id: true, email: true },
      })
    ).map(({ id, email }) => [id, email]),
  );
}
