import { withAdvisoryLock } from "@/lib/db/advisory-lock";
import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

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

/** How many CRLs of a shard keep their bytes: the current one, and those a lagging node may read. */
const keptCrls = 3;

/** Deletes the bytes of CRLs that this one and newer ones replaced; their rows and entries stay. */
export async function deleteOldCrlBytes(
  tx: AuditedTx,
  { authorityId, shard, number }: Pick<CrlRow, "authorityId" | "shard" | "number">,
): Promise<void> {
  await tx.$executeRaw`update crl set der = null where authority_id = ${authorityId} and shard = ${shard} and der is not null
    and number < (select min(number) from (select number from crl where authority_id = ${authorityId} and shard = ${shard} and number <= ${number} order by number desc limit ${keptCrls}) newest)`;
}

/** The last number that is not larger than `atMost`; 0 if there is none. */
export async function findLastCrlNumber(
  db: Database,
  authorityId: string,
  shard: string,
  atMost: bigint,
): Promise<bigint> {
  const last = await db.prisma.crl.findFirst({
    where: { authorityId, shard, number: { lte: atMost } },
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

/** Runs `work` while no other node publishes a CRL of this authority. */
export async function withCrlLock<T>(
  db: Database,
  authorityId: string,
  work: () => Promise<T>,
): Promise<T> {
  return withAdvisoryLock(db, `crl ${authorityId}`, work);
}
