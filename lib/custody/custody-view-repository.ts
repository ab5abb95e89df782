import type { Database } from "@/lib/db/database";
import {
  isNeverUsed,
  ownLeftOut,
  stateConditions,
} from "@/lib/certificates/certificate-state-repository";
import type { UseView } from "./types";

type Pool = Pick<Database, "pool">;

export type UseViewRow = Readonly<{
  identity_id: string;
  name: string;
  certificate_id: string;
  network: string;
  service: string;
  count: string;
  refused: string;
  first_at: Date;
  last_at: Date;
  first_seq: string;
  last_seq: string;
}>;

const columns =
  "u.identity_id, i.name, u.certificate_id, u.network, u.service, u.count, u.refused, u.first_at, u.last_at, u.first_seq, u.last_seq";

/** The uses of a certificate or of an identity's certificates, latest first. */
export async function usesOf(
  { pool }: Pool,
  by: "certificate_id" | "identity_id",
  id: string,
  most: number,
): Promise<UseViewRow[]> {
  const { rows } = await pool.query<UseViewRow>(
    `select ${columns} from custody.use u join identity i on i.id = u.identity_id where u.${by} = $1 order by u.last_at desc, u.last_seq desc limit $2`,
    [id, most],
  );
  return rows;
}

/** What is looked at: since when, and of which service; of all if it is null. */
type UsageScope = Readonly<{ since: Date; service: string | null }>;

export async function usesSince(
  { pool }: Pool,
  { since, service }: UsageScope,
  most: number,
): Promise<UseViewRow[]> {
  const { rows } = await pool.query<UseViewRow>(
    `select ${columns} from custody.use u join identity i on i.id = u.identity_id where u.last_at >= $1 and ($3::text is null or u.service = $3)
      order by u.last_at desc, u.last_seq desc limit $2`,
    [since, most, service],
  );
  return rows;
}

export async function countInUse(
  { pool }: Pool,
  { since, service }: UsageScope,
): Promise<Readonly<{ identities: number; networks: number }>> {
  const {
    rows: [row],
  } = await pool.query<{ identities: number; networks: number }>(
    "select count(distinct identity_id)::int as identities, count(distinct network)::int as networks from custody.use where last_at >= $1 and ($2::text is null or service = $2)",
    [since, service],
  );
  return row ?? { identities: 0, networks: 0 };
}

/**
 * Request counts by outcome in steps of `stepHours`, aligned to midnight UTC. Steps without requests
 * are missing.
 */
export async function talliesSince(
  { pool }: Pool,
  { since, service }: UsageScope,
  stepHours: number,
): Promise<{ at: Date; outcome: string; count: string }[]> {
  const { rows } = await pool.query<{ at: Date; outcome: string; count: string }>(
    "select date_bin($2 * interval '1 hour', hour, timestamptz '2000-01-01 00:00:00Z') as at, outcome, sum(count) as count from custody.tally where hour >= $1 and ($3::text is null or service = $3) group by 1, 2 order by 1",
    [since, stepHours, service],
  );
  return rows;
}

/** Request counts by service and outcome, the services with the most requests first. */
export async function servicesSince(
  { pool }: Pool,
  since: Date,
  most: number,
): Promise<{ service: string; allowed: string; denied: string; failed: string }[]> {
  const countOf = (outcome: string): string =>
    `coalesce(sum(count) filter (where outcome = '${outcome}'), 0) as ${outcome}`;
  const { rows } = await pool.query<{
    service: string;
    allowed: string;
    denied: string;
    failed: string;
  }>(
    `select service, ${countOf("allowed")}, ${countOf("denied")}, ${countOf("failed")}
      from custody.tally where hour >= $1 group by service order by sum(count) desc, service limit $2`,
    [since, most],
  );
  return rows;
}

export async function refusalsSince(
  { pool }: Pool,
  { since, service }: UsageScope,
  most: number,
): Promise<{ code: string; service: string; count: string; last_at: Date }[]> {
  const { rows } = await pool.query<{
    code: string;
    service: string;
    count: string;
    last_at: Date;
  }>(
    "select code, service, sum(count) as count, max(last_at) as last_at from custody.tally where hour >= $1 and outcome = 'denied' and ($3::text is null or service = $3) group by code, service order by sum(count) desc, code, service limit $2",
    [since, most, service],
  );
  return rows;
}

export type NeverUsedRow = Readonly<{
  id: string;
  subject: string;
  identity_id: string;
  name: string;
  issued_at: Date;
  not_after: Date;
}>;

/**
 * Valid certificates without any recorded use, oldest first; counted up to `cap`. Only those that can
 * authenticate: a certificate without clientAuth is never used here, whatever it does elsewhere.
 */
export async function neverUsed(
  { pool }: Pool,
  now: Date,
  most: number,
  cap: number,
): Promise<Readonly<{ count: number; items: NeverUsedRow[] }>> {
  const idle = `from certificate c join identity i on i.id = c.identity_id
      where ${stateConditions("$1").valid} and ${ownLeftOut} and ${isNeverUsed}`;
  const [
    { rows: items },
    {
      rows: [counted],
    },
  ] = await Promise.all([
    pool.query<NeverUsedRow>(
      `select c.id, coalesce(nullif(c.common_name, ''), c.subject_text) as subject, c.identity_id, i.name, coalesce(c.issued_at, c.created_at) as issued_at, c.not_after ${idle} order by c.id limit $2`,
      [now, most],
    ),
    pool.query<{ n: number }>(`select count(*)::int as n from (select ${idle} limit $2) as found`, [
      now,
      cap,
    ]),
  ]);
  return { count: counted?.n ?? 0, items };
}

/** The identities that were used from the most networks. */
export async function byNetworks(
  { pool }: Pool,
  { since, service }: UsageScope,
  most: number,
): Promise<
  { identity_id: string; name: string; networks: number; certificates: number; last_at: Date }[]
> {
  const { rows } = await pool.query<{
    identity_id: string;
    name: string;
    networks: number;
    certificates: number;
    last_at: Date;
  }>(
    `select u.identity_id, i.name, u.networks, u.certificates, u.last_at from (
        select identity_id, count(distinct network)::int as networks, count(distinct certificate_id)::int as certificates, max(last_at) as last_at from custody.use where last_at >= $1 and ($3::text is null or service = $3) group by identity_id
      ) u join identity i on i.id = u.identity_id order by u.networks desc, u.last_at desc limit $2`,
    [since, most, service],
  );
  return rows;
}

export async function openAlerts({ pool }: Pool): Promise<{ severity: string; count: number }[]> {
  const { rows } = await pool.query<{ severity: string; count: number }>(
    "select severity, count(*)::int as count from alert where status <> 'resolved' group by severity",
  );
  return rows;
}

export async function watched({
  pool,
}: Pool): Promise<Readonly<{ upto: number; size: number; at: Date | null }>> {
  const {
    rows: [row],
  } = await pool.query<{ upto: string; size: string; at: Date | null }>(
    "select c.upto, h.size, c.at from custody.cursor c, tlog.head h where c.name = 'alerts'",
  );
  return { upto: Number(row?.upto ?? 0), size: Number(row?.size ?? 0), at: row?.at ?? null };
}

/** A use as pages and the API show it. */
export const toUseView = (row: UseViewRow): UseView => ({
  identity: { id: row.identity_id, name: row.name },
  certificateId: row.certificate_id,
  network: row.network,
  service: row.service,
  count: Number(row.count),
  refused: Number(row.refused),
  firstAt: row.first_at.toISOString(),
  lastAt: row.last_at.toISOString(),
  firstSeq: Number(row.first_seq),
  lastSeq: Number(row.last_seq),
});
