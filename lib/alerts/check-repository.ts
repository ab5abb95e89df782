import { rotationConditions } from "@/lib/certificates/certificate-state-repository";
import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import { highestAdoptedCrlNumber } from "@/lib/pki/crl";
import { intermediateProfile } from "@/lib/pki/trust-domain";
import type { Severity } from "./schema";
import type { SettingRow } from "./types";

type Pool = Pick<Database, "pool">;

export type ExpiringRow = Readonly<{
  id: string;
  subject: string;
  identity_id: string;
  name: string;
  not_before: Date;
  not_after: Date;
  last_used: Date | null;
}>;

/**
 * Certificates of people, services and devices that expire by `until` and have no replacement:
 * neither a successor nor a longer-lived certificate of the same identity, profile and names. The CAs
 * of clients each have a subject that no other has, so theirs may differ. Those with an open alert are
 * included after they expired. Soonest expiration first.
 */
export async function findExpiringCertificates(
  { pool }: Pool,
  {
    now,
    until,
    percent,
    leastDays,
    take,
  }: Readonly<{ now: Date; until: Date; percent: number; leastDays: number; take: number }>,
): Promise<ExpiringRow[]> {
  const { rows } = await pool.query<ExpiringRow>({
    name: "alerts-ending",
    text: `select c.id, coalesce(nullif(c.common_name, ''), c.subject_text) as subject, c.identity_id, i.name, c.not_before, c.not_after, u.last_used
      from certificate c join identity i on i.id = c.identity_id
      left join lateral (select max(known_last_at) as last_used from custody.use where certificate_id = c.id) u on true
      where c.state = 'issued' and c.not_after <= $2 and c.not_after > $1::timestamptz - interval '400 days' and i.kind <> 'system' and i.status = 'active'
        and (c.not_after > $1 or exists (select from alert a where a.rule = 'expiry-near' and a.subject_id = c.id and a.status <> 'resolved'))
        and c.not_after - c.not_before >= $5::float8 * interval '1 day' and c.not_after - $1::timestamptz <= (c.not_after - c.not_before) * $3::float8 / 100
        and not exists (select from certificate s where s.predecessor_id = c.id and s.state = 'issued')
        and not exists (select from certificate s where s.identity_id = c.identity_id and s.state = 'issued' and s.profile_id = c.profile_id and s.sans = c.sans
          and (s.subject_text = c.subject_text or exists (select from profile p where p.id = c.profile_id and p.system and p.slug = '${intermediateProfile}')) and s.not_after > c.not_after)
      order by c.not_after, c.id limit $4`,
    values: [now, until, percent, take, leastDays],
  });
  return rows;
}

export type OverdueRow = Readonly<{
  id: string;
  subject: string;
  identity_id: string;
  name: string;
  rotate_by: Date;
  requested_by: string;
  comment: string;
}>;

/** Certificates that were to be replaced by now, as the lists select them. Longest overdue first. */
export async function findOverdueRotations(
  { pool }: Pool,
  now: Date,
  take: number,
): Promise<OverdueRow[]> {
  const { rows } = await pool.query<OverdueRow>({
    name: "alerts-rotations",
    text: `select c.id, coalesce(nullif(c.common_name, ''), c.subject_text) as subject, c.identity_id, i.name, c.rotate_by,
        c.rotation_requested_by as requested_by, c.rotation_comment as comment
      from certificate c join identity i on i.id = c.identity_id
      where ${overdueWhere} order by c.rotate_by, c.id limit $2`,
    values: [now, take],
  });
  return rows;
}
const overdueWhere = rotationConditions("$1").overdue;

/** Those of these certificates that were to be replaced by now. */
export async function findOverdueAmong(
  { pool }: Pool,
  now: Date,
  ids: readonly string[],
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>({
    name: "alerts-rotations-among",
    text: `select c.id from certificate c where ${overdueWhere} and c.id = any($2)`,
    values: [now, ids],
  });
  return rows.map(({ id }) => id);
}

export type CrlRow = Readonly<{
  authority_id: string;
  name: string;
  id: string;
  number: string;
  this_update: Date;
  next_update: Date;
  /** thisUpdate of the CRL with the highest number, if it is in the future: it is not served. */
  future: Date | null;
}>;

/**
 * The newest CRL of each active authority. A row with dates or a number that no CRL can have hides
 * no late one.
 */
export async function findNewestCrls({ pool }: Pool, now: Date): Promise<CrlRow[]> {
  const { rows } = await pool.query<CrlRow>({
    name: "alerts-crls",
    text: `select a.id as authority_id, a.name, c.id, c.number, c.this_update, c.next_update,
        case when f.this_update > $2::timestamptz + interval '5 minutes' then f.this_update end as future from authority a
      cross join lateral (select this_update from crl where authority_id = a.id and number <= $1 order by number desc limit 1) f
      cross join lateral (select id, number, this_update, next_update from crl where authority_id = a.id and number <= $1
        and next_update <= this_update + interval '10 days' order by this_update > $2::timestamptz + interval '5 minutes', number desc limit 1) c where a.status = 'active'`,
    values: [String(highestAdoptedCrlNumber(now)), now],
  });
  return rows;
}

export type SkippedRow = Readonly<{ reader: string; count: number; numbers: string }>;

/** The entries that each reader but the alert rules skipped: how many, and the first of them. */
export async function findSkippedByReader({ pool }: Pool): Promise<SkippedRow[]> {
  const { rows } = await pool.query<SkippedRow>({
    name: "alerts-skipped",
    text: `select r.reader, r.count, (select string_agg(seq::text, ', ' order by seq) from
        (select seq from tlog.skipped_entry s where s.reader = r.reader order by seq limit 20) as first) || case when r.count > 20 then ' and others' else '' end as numbers
      from (select reader, count(*)::int as count from tlog.skipped_entry where reader <> 'alerts' group by reader) as r order by r.reader limit 20`,
  });
  return rows;
}

export type UnresolvedRow = Readonly<{
  id: string;
  rule: string;
  subject_id: string;
  subject_label: string;
  severity: Severity;
}>;

/** Unresolved alerts of these rules. */
export async function findUnresolved(
  { pool }: Pool,
  rules: readonly string[],
): Promise<UnresolvedRow[]> {
  const { rows } = await pool.query<UnresolvedRow>({
    name: "alerts-unresolved",
    text: "select id, rule, subject_id, subject_label, severity from alert where status <> 'resolved' and rule = any($1)",
    values: [rules],
  });
  return rows;
}

/** When a person (anyone but `job`) last resolved an alert of this rule about this subject. */
export async function findResolvedByPeople(
  { pool }: Pool,
  keys: readonly Readonly<{ rule: string; subjectId: string }>[],
  job: string,
): Promise<{ rule: string; subject_id: string; at: Date }[]> {
  const { rows } = await pool.query<{ rule: string; subject_id: string; at: Date }>({
    name: "alerts-closed",
    text: `select a.rule, a.subject_id, max(a.resolved_at) as at from alert a join unnest($1::text[], $2::text[]) as k (rule, subject_id) using (rule, subject_id)
      where a.status = 'resolved' and a.resolved_by <> $3 group by a.rule, a.subject_id`,
    values: [keys.map(({ rule }) => rule), keys.map(({ subjectId }) => subjectId), job],
  });
  return rows;
}

/** False if it was resolved already. */
export async function resolveAlertRow(
  tx: AuditedTx,
  id: string,
  { by, comment, now }: Readonly<{ by: string; comment: string; now: Date }>,
): Promise<boolean> {
  const { count } = await tx.alert.updateMany({
    where: { id, status: { not: "resolved" } },
    data: {
      status: "resolved",
      resolution: "fixed",
      resolvedBy: by,
      resolvedAt: now,
      comment,
      changedAt: now,
    },
  });
  return count === 1;
}

export async function findSettings({ prisma }: Pick<Database, "prisma">): Promise<SettingRow[]> {
  return (await prisma.ruleSetting.findMany()).map(({ id, enabled, severity, values }) => ({
    rule: id,
    enabled,
    severity,
    values: values as Record<string, number>,
  }));
}

export async function findExceptions(
  { prisma }: Pick<Database, "prisma">,
  now: Date,
): Promise<{ rule: string; subjectId: string }[]> {
  return prisma.alertException.findMany({
    where: { endedAt: null, expiresAt: { gt: now }, network: null },
    select: { rule: true, subjectId: true },
  });
}
