import type { Database } from "@/lib/db/database";
import type { ServedCrl } from "@/lib/status/types";

export type AuthorityRow = Readonly<{
  id: string;
  slug: string;
  parentId: string | null;
  kind: string;
  status: string;
  certificateDer: Uint8Array;
}>;

/** Every authority that has a certificate; a retired one still answers for what it issued. */
export async function findServedAuthorities(db: Database): Promise<AuthorityRow[]> {
  const rows = await db.prisma.authority.findMany({
    where: { certificateDer: { not: null } },
    select: {
      id: true,
      slug: true,
      parentId: true,
      kind: true,
      status: true,
      certificateDer: true,
    },
    orderBy: { createdAt: "asc" },
  });
  return rows.flatMap((row) =>
    row.certificateDer === null ? [] : [{ ...row, certificateDer: row.certificateDer }],
  );
}

type CrlRow = {
  authority_id: string;
  shard: string;
  number: string;
  this_update: Date;
  next_update: Date;
  der: Buffer;
};

/** The newest CRL of every authority and shard, or of one authority alone. */
export async function findNewestCrls(
  db: Database,
  authorityId: string | null,
): Promise<ServedCrl[]> {
  const { rows } = await db.pool.query<CrlRow>({
    name: "newest-crls",
    text: `select distinct on (authority_id, shard) authority_id, shard, number, this_update, next_update, der
      from crl where $1::text is null or authority_id = $1 order by authority_id, shard, number desc`,
    values: [authorityId],
  });
  return rows.map((row) => ({
    authorityId: row.authority_id,
    shard: row.shard,
    number: BigInt(row.number),
    thisUpdate: row.this_update,
    nextUpdate: row.next_update,
    der: row.der,
  }));
}

/** Which authorities issued these certificates. */
export async function findIssuers(
  db: Database,
  certificateIds: readonly string[],
): Promise<string[]> {
  const { rows } = await db.pool.query<{ issuer_id: string }>(
    "select distinct issuer_id from certificate where id = any($1)",
    [certificateIds],
  );
  return rows.map((row) => row.issuer_id);
}

/** Whether a revocation, hold or release was recorded at or after this time, or may have been because the index is not there yet. */
export async function hasStatusChangeSince(db: Database, since: Date): Promise<boolean> {
  const { rows } = await db.pool.query<{ found: boolean }>(
    `select exists (select from tlog.search where action = any(array['certificate.revoked', 'certificate.held', 'certificate.released']) and ts >= $1)
      or exists (select from tlog.head, tlog.indexed where upto < size) as found`,
    [since],
  );
  return rows[0]?.found ?? false;
}
