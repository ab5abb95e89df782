import { storedColumns, type StoredRow } from "@/lib/log/entry-summary";
import {
  rowColumns,
  rowTables,
  type CertificateRow,
} from "@/lib/certificates/certificate-repository";
import {
  certificateStatuses,
  type CertificateListState,
  type CertificateStatus,
} from "@/lib/certificates/schema";
import { stateConditions } from "@/lib/certificates/certificate-state-repository";
import type { Database } from "@/lib/db/database";
import type { DayCount } from "./schema";

const where = stateConditions("$1");
const countOf = (state: CertificateListState, name: string): string =>
  `(select count(*) from certificate c where ${where[state]})::int as "${name}"`;

type Counts = Record<CertificateStatus | "shortLived", number>;

/** By the same conditions as the lists that the figures link to. */
export async function countByStatus(db: Database, now: Date): Promise<Counts> {
  const counted = [
    ...certificateStatuses.map((status) => countOf(status, status)),
    countOf("short-lived", "shortLived"),
  ];
  const { rows } = await db.pool.query<Counts>({
    name: "overview_counts",
    values: [now],
    text: `select ${counted.join(", ")} from (select $1::timestamptz) as at`,
  });
  const none = { valid: 0, expired: 0, held: 0, revoked: 0, pending: 0, failed: 0, shortLived: 0 };
  return rows[0] ?? none;
}

/** The count stops here; beyond it, the exact number does not matter. */
const maxCounted = 10_000;
const expiring = `certificate c where ${where.expiring}`;

export async function findExpiring(
  db: Database,
  now: Date,
  take: number,
): Promise<{ rows: CertificateRow[]; count: number }> {
  const [page, total] = await Promise.all([
    db.pool.query<CertificateRow>({
      name: "overview_expiring",
      values: [now, take],
      text: `select ${rowColumns} from ${rowTables} where c.id in (select c.id from ${expiring} order by c.not_after, c.id limit $2) order by c.not_after, c.id`,
    }),
    db.pool.query<{ count: number }>({
      name: "overview_expiring_count",
      text: `select count(*)::int as count from (select 1 from ${expiring} limit ${maxCounted}) counted`,
      values: [now],
    }),
  ]);
  return { rows: page.rows, count: total.rows[0]?.count ?? 0 };
}

/** Certificates issued, denied and revoked per UTC day, from the search index. Days without any are left out. */
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

/**
 * The latest entries, newest first, without those that accompany others (plans and CRLs).
 * `onlyCertificates` limits them to entries about certificates.
 */
export async function findLatest(
  db: Database,
  onlyCertificates: boolean,
  take: number,
): Promise<StoredRow[]> {
  const { rows } = await db.pool.query<StoredRow>({
    name: "overview_latest",
    values: [onlyCertificates, take],
    text: `select ${storedColumns} from (select seq from tlog.search where not is_read and action <> all('{certificate.planned,crl.issued}') and (not $1 or action like 'certificate.%') order by seq desc limit $2) l
      join tlog.entry e on e.seq = l.seq order by e.seq desc`,
  });
  return rows;
}

export type AuthoritySummary = Readonly<{
  id: string;
  slug: string;
  name: string;
  status: string;
  notAfter: Date | null;
  crlNextUpdate: Date | null;
}>;

export async function findAuthoritySummaries(db: Database): Promise<AuthoritySummary[]> {
  const { rows } = await db.pool.query<AuthoritySummary>(
    `select a.id, a.slug, a.name, a.status, a.not_after as "notAfter", (select max(next_update) from crl where authority_id = a.id and shard = '') as "crlNextUpdate"
     from authority a order by a.created_at, a.id`,
  );
  return rows;
}

export async function countIdentities(db: Database): Promise<number> {
  return db.prisma.identity.count({ where: { kind: { not: "system" } } });
}
