import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/audited-transaction";

export type CrlRow = Readonly<{ id: string; authorityId: string; shard: string; number: bigint; thisUpdate: Date; nextUpdate: Date; entryCount: number; der: Uint8Array; createdAt: Date }>;
export type CrlSummary = Readonly<{ number: bigint; thisUpdate: Date; nextUpdate: Date; entryCount: number }>;

export async function insertCrl(tx: AuditedTx, row: CrlRow): Promise<void> {
  await tx.crl.create({ data: { ...row, der: new Uint8Array(row.der) } });
}

export async function findLastCrlNumber(db: Database, authorityId: string, shard: string): Promise<bigint> {
  const last = await db.prisma.crl.findFirst({ where: { authorityId, shard }, orderBy: { number: "desc" }, select: { number: true } });
  return last?.number ?? 0n;
}

export async function findLatestCrls(db: Database, authorityIds: readonly string[]): Promise<Map<string, CrlSummary>> {
  const rows = await db.prisma.crl.findMany({
    where: { authorityId: { in: [...authorityIds] }, shard: "" }, distinct: ["authorityId"], orderBy: [{ authorityId: "asc" }, { number: "desc" }],
    select: { authorityId: true, number: true, thisUpdate: true, nextUpdate: true, entryCount: true },
  });
  return new Map(rows.map(({ authorityId, ...crl }) => [authorityId, crl]));
}

/**
 * Runs `work` while this node alone holds the named lock; others wait for it. Held by a connection, so it ends with the process.
 */
export async function withLock<T>(db: Database, name: string, work: () => Promise<T>): Promise<T> {
  const client = await db.pool.connect();
  try {
    await client.query("select pg_advisory_lock(hashtextextended($1, 0))", [name]);
    const result = await work();
    await client.query("select pg_advisory_unlock(hashtextextended($1, 0))", [name]);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
