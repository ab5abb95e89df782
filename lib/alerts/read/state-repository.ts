import type { Database } from "@/lib/db/database";
import type { ExceptionRow, SettingRow } from "@/lib/alerts/types";

type Pool = Pick<Database, "pool">;

/** How far the rules have read, and when. */
export async function readCursor({
  pool,
}: Pool): Promise<Readonly<{ upto: number; at: Date | null }>> {
  const {
    rows: [row],
  } = await pool.query<{ upto: string; at: Date | null }>(
    "select upto, at from custody.cursor where name = 'alerts'",
  );
  return { upto: Number(row?.upto ?? 0), at: row?.at ?? null };
}

export async function readEntries(
  { pool }: Pool,
  from: number,
  most: number,
): Promise<{ seq: number; entry: Buffer }[]> {
  const { rows } = await pool.query<{ seq: string; entry: Buffer }>({
    name: "alerts-read",
    text: "select seq, entry from tlog.entry where seq >= $1 order by seq limit $2",
    values: [from, most],
  });
  return rows.map(({ seq, entry }) => ({ seq: Number(seq), entry }));
}

export type CertificateRow = Readonly<{
  id: string;
  identity_id: string;
  subject: string;
  not_before: Date;
  not_after: Date;
  revoked_at: Date | null;
  reason: string | null;
  successor: boolean;
  name: string;
  kind: string;
  networks: string[];
}>;

/** Certificates with their identities; those of Chancery itself are there, too, as kind "system". */
export async function readCertificates(
  { pool }: Pool,
  ids: readonly string[],
): Promise<CertificateRow[]> {
  const { rows } = await pool.query<CertificateRow>({
    name: "alerts-certificates",
    text: `select c.id, c.identity_id, coalesce(nullif(c.common_name, ''), c.subject_text) as subject, c.not_before, c.not_after, c.revoked_at, c.revocation_reason as reason,
        exists (select from certificate s where s.predecessor_id = c.id and s.state = 'issued') as successor, i.name, i.kind, i.networks
      from certificate c join identity i on i.id = c.identity_id where c.id = any($1)`,
    values: [ids],
  });
  return rows;
}

export type UseRow = Readonly<{
  identity_id: string;
  certificate_id: string;
  network: string;
  service: string;
  first_at: Date;
  last_at: Date;
  count: string;
}>;

/** What is known of identities, from uses in which their certificates counted. */
export async function readUses({ pool }: Pool, identityIds: readonly string[]): Promise<UseRow[]> {
  const { rows } = await pool.query<UseRow>({
    name: "alerts-uses",
    text: "select identity_id, certificate_id, network, service, known_first_at as first_at, known_last_at as last_at, known_count as count from custody.use where identity_id = any($1) and known_count > 0",
    values: [identityIds],
  });
  return rows;
}

export async function readHours(
  { pool }: Pool,
  subjects: readonly string[],
): Promise<{ subject: string; slot: number; days: number; first: string; last: string }[]> {
  const { rows } = await pool.query<{
    subject: string;
    slot: number;
    days: number;
    first: string;
    last: string;
  }>({
    name: "alerts-hours",
    text: "select subject, slot, days, first_day::text as first, last_day::text as last from custody.active_hour where subject = any($1)",
    values: [subjects],
  });
  return rows;
}

export async function readIssued(
  { pool }: Pool,
  subjects: readonly string[],
  since: Date,
): Promise<{ subject: string; profile: string; hour: Date; count: string }[]> {
  const { rows } = await pool.query<{
    subject: string;
    profile: string;
    hour: Date;
    count: string;
  }>({
    name: "alerts-issued",
    text: "select subject, profile, hour, count from custody.issued where subject = any($1) and hour > $2",
    values: [subjects, since],
  });
  return rows;
}

export async function readMoments(
  { pool }: Pool,
  since: Date,
): Promise<{ rule: string; key: string; marks: number[] }[]> {
  const { rows } = await pool.query<{ rule: string; key: string; marks: number[] }>(
    "select rule, key, marks from custody.moments where last_at > $1",
    [since],
  );
  return rows;
}

export async function deleteOldMoments({ pool }: Pool, before: Date): Promise<void> {
  await pool.query("delete from custody.moments where last_at < $1", [before]);
}

/** What differs from the rules' defaults, and the exceptions that may still hold. */
export async function readSettings(
  { prisma }: Database,
  now: Date,
): Promise<Readonly<{ settings: SettingRow[]; exceptions: ExceptionRow[] }>> {
  const settings = await prisma.ruleSetting.findMany();
  const exceptions = await prisma.alertException.findMany({
    where: { endedAt: null, expiresAt: { gt: now } },
  });
  return {
    settings: settings.map(({ id, enabled, severity, values }) => ({
      rule: id,
      enabled,
      severity,
      values: values as Record<string, number>,
    })),
    exceptions: exceptions.map(({ rule, subjectId, network, expiresAt }) => ({
      rule,
      subjectId,
      network,
      expiresAt: expiresAt.getTime(),
    })),
  };
}
