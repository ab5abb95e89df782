import { rowColumns, rowTables } from "@/lib/certificates/rows-repository";
import type { CertificateRow } from "@/lib/certificates/types";
import type { CertificateStatus } from "@/lib/certificates/schema";
import type { Database } from "@/lib/db/database";
import type { DayCount } from "./schema";

export async function countByStatus(
  db: Database,
  now: Date,
): Promise<Record<CertificateStatus, number>> {
  const { rows } = await db.pool.query<Record<CertificateStatus, number>>({
    name: "overview_counts",
    values: [now],
    text: `select (select count(*) from certificate where state = 'issued' and not_after >= $1)::int as valid, (select count(*) from certificate where state = 'issued' and not_after < $1)::int as expired,
        (select count(*) from certificate where state = 'held')::int as held, (select count(*) from certificate where state = 'revoked')::int as revoked,
        (select count(*) from certificate where state = 'planned')::int as pending, (select count(*) from certificate where state = 'failed')::int as failed`,
  });
  return rows[0] ?? { valid: 0, expired: 0, held: 0, revoked: 0, pending: 0, failed: 0 };
}

/** Beyond this, "many" is all that anybody needs to know. */
const mostCounted = 10_000;
// Expiring as people see it: in force, a third of the lifetime or thirty days left, no successor. Chancery renews its own by itself.
const expiring = `certificate c where c.state = 'issued' and c.not_after >= $1 and c.not_after < $1 + interval '30 days' and c.not_after - $1 <= (c.not_after - c.not_before) / 3
  and not exists (select from certificate s where s.predecessor_id = c.id) and not exists (select from identity i where i.id = c.identity_id and i.kind = 'system')`;

export async function findExpiring(
  db: Database,
  now: Date,
  take: number,
): Promise<{ rows: CertificateRow[]; count: number }> {
  const [found, counted] = await Promise.all([
    db.pool.query<CertificateRow>({
      name: "overview_expiring",
      values: [now, take],
      text: `select ${rowColumns} from ${rowTables} where c.id in (select c.id from ${expiring} order by c.not_after, c.id limit $2) order by c.not_after, c.id`,
    }),
    db.pool.query<{ count: number }>({
      name: "overview_expiring_count",
      text: `select count(*)::int as count from (select 1 from ${expiring} limit ${mostCounted}) counted`,
      values: [now],
    }),
  ]);
  return { rows: found.rows, count: counted.rows[0]?.count ?? 0 };
}

/** Issued, refused and revoked per day in UTC, from the log's index; days without any are left out. */
export async function countByDay(db: Database, since: Date): Promise<DayCount[]> {
  const { rows } = await db.pool.query<DayCount>({
    name: "overview_days",
    values: [since],
    text: `select to_char(ts at time zone 'UTC', 'YYYY-MM-DD') as day, count(*) filter (where action = 'certificate.issued')::int as issued,
        count(*) filter (where action = 'certificate.refused')::int as refused, count(*) filter (where action = 'certificate.revoked')::int as revoked
      from tlog.search where ts >= $1 and action in ('certificate.issued', 'certificate.refused', 'certificate.revoked') group by 1 order by 1`,
  });
  return rows;
}

export type LatestRow = Readonly<{ seq: string; entry: Uint8Array }>;

/** The latest acts, newest first, without what goes along with another act (its plan, its CRL); only those about certificates where `onlyCertificates` is set. */
export async function findLatest(
  db: Database,
  onlyCertificates: boolean,
  take: number,
): Promise<LatestRow[]> {
  const { rows } = await db.pool.query<LatestRow>({
    name: "overview_latest",
    values: [onlyCertificates, take],
    text: `select e.seq::text as seq, e.entry from (select seq from tlog.search where not is_read and action <> all('{certificate.planned,crl.issued}') and (not $1 or action like 'certificate.%') order by seq desc limit $2) l
      join tlog.entry e on e.seq = l.seq order by e.seq desc`,
  });
  return rows;
}

export type AuthorityLine = Readonly<{
  id: string;
  slug: string;
  name: string;
  status: string;
  notAfter: Date | null;
  crlNextUpdate: Date | null;
}>;

export async function findAuthorityLines(db: Database): Promise<AuthorityLine[]> {
  const { rows } = await db.pool.query<AuthorityLine>(
    `select a.id, a.slug, a.name, a.status, a.not_after as "notAfter", (select max(next_update) from crl where authority_id = a.id and shard = '') as "crlNextUpdate"
     from authority a order by a.created_at, a.id`,
  );
  return rows;
}

export async function countIdentities(db: Database): Promise<number> {
  return db.prisma.identity.count({ where: { kind: { not: "system" } } });
}
