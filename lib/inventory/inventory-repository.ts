import type { Database } from "@/lib/db/database";

/** Who answers for each identity. */
export async function findOwners(
  db: Database,
  identityIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await db.prisma.identity.findMany({
    where: { id: { in: [...identityIds] } },
    select: { id: true, owner: true },
  });
  return new Map(rows.map(({ id, owner }) => [id, owner]));
}

/**
 * When each certificate, or any of each identity's, was used last; those without a recorded use are
 * missing.
 */
export async function findLastUses(
  { pool }: Pick<Database, "pool">,
  by: "certificate_id" | "identity_id",
  ids: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const { rows } = await pool.query<{ id: string; at: Date }>({
    name: `inventory-uses-${by}`,
    text: `select ${by} as id, max(last_at) as at from custody.use where ${by} = any($1) group by ${by}`,
    values: [ids],
  });
  return new Map(rows.map(({ id, at }) => [id, at]));
}
