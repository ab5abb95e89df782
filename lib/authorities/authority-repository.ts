import type { Database } from "@/lib/db/database";

export type AuthorityRow = Readonly<{
  id: string;
  slug: string;
  name: string;
  kind: string;
  status: string;
  keyAlgorithm: string;
  keyId: string;
  parentId: string | null;
  certificateId: string | null;
  certificateDer: Uint8Array | null;
  subjectText: string;
  notAfter: Date | null;
  crlPeriodSeconds: number;
  createdAt: Date;
}>;
export async function findAuthorityRow(db: Database, ref: string): Promise<AuthorityRow | null> {
  return db.prisma.authority.findFirst({ where: { OR: [{ id: ref }, { slug: ref }] } });
}

export async function listAuthorityRows(db: Database): Promise<AuthorityRow[]> {
  return db.prisma.authority.findMany({ orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
}

export type IssuedCounts = Readonly<{
  valid: number;
  held: number;
  revoked: number;
  expired: number;
}>;

export async function countIssuedBy(
  db: Database,
  ids: readonly string[],
  now: Date,
): Promise<Map<string, IssuedCounts>> {
  const { rows } = await db.pool.query<IssuedCounts & { id: string }>(
    `select issuer_id as id, count(*) filter (where state = 'issued' and not_after >= $2)::int as valid,
       count(*) filter (where state = 'held')::int as held, count(*) filter (where state = 'revoked')::int as revoked, count(*) filter (where state = 'issued' and not_after < $2)::int as expired
     from certificate where issuer_id = any($1) group by issuer_id`,
    [ids, now],
  );
  return new Map(rows.map(({ id, ...counts }) => [id, counts]));
}
