import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/audited-transaction";

export type CrlRow = Readonly<{
  id: string;
  authorityId: string;
  shard: string;
  number: bigint;
  thisUpdate: Date;
  nextUpdate: Date;
  entryCount: number;
  der: Uint8Array;
  createdAt: Date;
}>;
export type CrlSummary = Readonly<{
  number: bigint;
  thisUpdate: Date;
  nextUpdate: Date;
  entryCount: number;
}>;

export async function insertCrl(tx: AuditedTx, row: CrlRow): Promise<void> {
  await tx.crl.create({ data: { ...row, der: new Uint8Array(row.der) } });
}

/** How many CRLs of a shard keep their bytes: what is served, and what a node that lags a little may still ask for. */
const bytesKept = 3;

/** Lets go of the bytes of CRLs that newer ones have replaced; their rows and entries stay. */
export async function letGoOfOldBytes(
  tx: AuditedTx,
  { authorityId, shard }: Pick<CrlRow, "authorityId" | "shard">,
): Promise<void> {
  await tx.$executeRaw`update crl set der = null where authority_id = ${authorityId} and shard = ${shard} and der is not null
    and number < (select min(number) from (select number from crl where authority_id = ${authorityId} and shard = ${shard} order by number desc limit ${bytesKept}) newest)`;
}

export async function findLastCrlNumber(
  db: Database,
  authorityId: string,
  shard: string,
): Promise<bigint> {
  const last = await db.prisma.crl.findFirst({
    where: { authorityId, shard },
    orderBy: { number: "desc" },
    select: { number: true },
  });
  return last?.number ?? 0n;
}

/** The newest CRL of each authority, without its bytes. */
export async function findLatestCrls(
  db: Database,
  authorityIds: readonly string[],
): Promise<Map<string, CrlSummary>> {
  const { rows } = await db.pool.query<{
    id: string;
    number: string;
    thisUpdate: Date;
    nextUpdate: Date;
    entryCount: number;
  }>(
    `select a.id, c.number, c.this_update as "thisUpdate", c.next_update as "nextUpdate", c.entry_count as "entryCount" from unnest($1::text[]) as a (id),
      lateral (select * from crl where authority_id = a.id and shard = '' order by number desc limit 1) c`,
    [authorityIds],
  );
  return new Map(rows.map(({ id, number, ...crl }) => [id, { ...crl, number: BigInt(number) }]));
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
