import type { StoredRow } from "@/lib/log/entry-summary";
import { factRun, factToken, prefixRun } from "@/lib/log/pure/search-tokens";
import { countByTime } from "@/lib/log/segments/count-by-time";
import { endOfLog } from "@/lib/log/segments/find-entries";
import { findRows } from "@/lib/log/segments/find-rows";
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
import {
  rotationConditions,
  stateConditions,
} from "@/lib/certificates/certificate-state-repository";
import type { Database } from "@/lib/db/database";
import type { DayCount } from "./schema";

const where = stateConditions("$1");
const isOwn = "c.identity_id = any(array(select id from identity where kind = 'system'))";
/** All of a state but Chancery's own, of which there are few: two counts that indexes serve. */
const countOf = (state: CertificateListState, name: string): string =>
  `((select count(*) from certificate c where ${where[state]})
    - (select count(*) from certificate c where ${isOwn} and ${where[state]}))::int as "${name}"`;

type Counts = Record<CertificateStatus | "shortLived", number>;

/** By the same conditions as the lists that the figures link to, without Chancery's own. */
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

const overdue = `certificate c where ${rotationConditions("$1").overdue}`;

/** How many certificates were to be replaced by now; counted up to a limit. */
export async function countOverdueRotations(db: Database, now: Date): Promise<number> {
  const { rows } = await db.pool.query<{ count: number }>({
    name: "overview_overdue_rotations",
    text: `select count(*)::int as count from (select 1 from ${overdue} limit ${maxCounted}) counted`,
    values: [now],
  });
  return rows[0]?.count ?? 0;
}

/** Certificates issued, denied and revoked per UTC day, from the search index. Days without any are left out. */
export async function countByDay(db: Database, since: Date): Promise<DayCount[]> {
  const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const actions = ["certificate.issued", "certificate.refused", "certificate.revoked"];
  const kinds = actions.map((action) => [factRun("action", action)]);
  const search = { all: [kinds.flat()], low: 0, high: endOfLog, fromMs: since.getTime() };
  const found = await countByTime(db, search, kinds, () => dayOf);
  const days = [...(found?.counts ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return days.flatMap(([day, [issued = 0, refused = 0, revoked = 0]]) =>
    issued + refused + revoked === 0 ? [] : [{ day, issued, refused, revoked }],
  );
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
  const acts = [factRun("kind", "a")];
  const certificates = [prefixRun(factToken("action", "certificate."))];
  const none = [factRun("action", "certificate.planned"), factRun("action", "crl.issued")];
  return findRows(db, { all: onlyCertificates ? [acts, certificates] : [acts], none }, take);
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
    `select a.id, a.slug, a.name,
       case when a.status = 'pending' and not exists (select from signing_key k join certificate c on c.spki_sha256 = sha256(k.spki_der)
         where k.id = a.key_id and c.state = 'planned') then 'failed' else a.status end as status, a.not_after as "notAfter", (select max(next_update) from crl where authority_id = a.id and shard = '') as "crlNextUpdate"
     from authority a order by a.created_at, a.id`,
  );
  return rows;
}

export async function countIdentities(db: Database): Promise<number> {
  return db.prisma.identity.count({ where: { kind: { not: "system" } } });
}
