import { withAdvisoryLock } from "@/lib/db/advisory-lock";
import type { Database } from "@/lib/db/database";
import { runLarge } from "@/lib/db/large-query";
import { commitFailed, insertIntoInbox, type EncodedEntry } from "@/lib/log/record/inbox";

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

/** What a CRL changes of an earlier one of the same authority. */
export type CrlChanges = Readonly<{ baseNumber: bigint; bytes: Uint8Array }>;
export type CrlSummary = Readonly<{
  number: bigint;
  thisUpdate: Date;
  nextUpdate: Date;
  entryCount: number;
}>;

/** How many CRLs of a shard keep their bytes: the current one, and those a lagging node may read. */
const keptCrls = 3;

// One statement is one transaction: the row, its entry, and the bytes of CRLs that this one and newer
// ones replaced, which go; their rows and entries stay. The bytes of a large CRL are one binary
// parameter, the last one, since any other form of them takes several times their size (decision 6).
// What something kept is made of stays; what was made of it goes first.
const insertStatement = (column: "der" | "changes"): Readonly<{ name: string; text: string }> => ({
  name: `crl-insert-${column}`,
  text: `with stored as (
      insert into crl (id, authority_id, shard, number, this_update, next_update, entry_count, created_at, base_number, ${column})
        values ($1, $2, $3, $4, $5, $6, $7, $8, $11, $12)
    ), dropped as (
      update crl c set der = null, changes = null
        where authority_id = $2 and shard = $3 and (der is not null or changes is not null) and number is distinct from $11 and number < (
          select min(number) from (
            select number from crl where authority_id = $2 and shard = $3 and number < $4 order by number desc limit ${keptCrls - 1}
          ) newest)
          and not exists (select from crl d where d.authority_id = $2 and d.shard = $3 and d.base_number = c.number and d.changes is not null)
    )
    ${insertIntoInbox("values ($9, $10, $1)")}`,
});
const statements = { whole: insertStatement("der"), changes: insertStatement("changes") };

/**
 * Commits a CRL with its entry, and lets go of the bytes of older ones. With `changes`, only these are
 * stored. Throws `record.unavailable`, `outcome.unknown`; false if the base of the changes is gone,
 * and then nothing was stored.
 */
export async function insertCrl(
  db: Database,
  { id, authorityId, shard, number, thisUpdate, nextUpdate, entryCount, der, createdAt }: CrlRow,
  entry: Pick<EncodedEntry, "id" | "bytes">,
  changes: CrlChanges | null,
): Promise<boolean> {
  const row = [id, authorityId, shard, number, thisUpdate, nextUpdate, entryCount];
  const base = changes?.baseNumber ?? null;
  const values = [...row, createdAt, bufferOver(entry.bytes), entry.id, base];
  const statement = changes === null ? statements.whole : statements.changes;
  try {
    await runLarge(db, { ...statement, values, large: bufferOver(changes?.bytes ?? der) });
    return true;
  } catch (error) {
    if (changes !== null && constraintOf(error) === "crl_has_base") return false;
    throw commitFailed(error);
  }
}

const constraintOf = (error: unknown): unknown =>
  error instanceof Error && "constraint" in error ? error.constraint : null;

/** The same octets, not a copy of them. */
const bufferOver = ({ buffer, byteOffset, length }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, length);

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
