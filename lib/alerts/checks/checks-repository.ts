import type { Database } from "@/lib/db/database";
import type { Severity } from "@/lib/alerts/schema";
import type { AuditedTx } from "@/lib/log/audited-transaction";
import type { SettingRow } from "@/lib/alerts/types";

type Pool = Pick<Database, "pool">;

export type EndingRow = Readonly<{
  id: string;
  subject: string;
  identity_id: string;
  name: string;
  not_before: Date;
  not_after: Date;
  last_used: Date | null;
}>;

/**
 * Certificates of people, services and devices that end until then, and that nothing takes over from: no rotation, and no other certificate of the same
 * identity, profile and names that lasts longer. What has an open alert is there also after its end. The first to end are first.
 */
export async function certificatesEnding(
  { pool }: Pool,
  {
    now,
    until,
    percent,
    leastDays,
    most,
  }: Readonly<{ now: Date; until: Date; percent: number; leastDays: number; most: number }>,
): Promise<EndingRow[]> {
  const { rows } = await pool.query<EndingRow>({
    name: "alerts-ending",
    text: `select c.id, coalesce(nullif(c.common_name, ''), c.subject_text) as subject, c.identity_id, i.name, c.not_before, c.not_after, u.last_used
      from certificate c join identity i on i.id = c.identity_id
      left join lateral (select max(known_last_at) as last_used from custody.use where certificate_id = c.id) u on true
      where c.state = 'issued' and c.not_after <= $2 and c.not_after > $1::timestamptz - interval '400 days' and i.kind <> 'system' and i.status = 'active'
        and (c.not_after > $1 or exists (select from alert a where a.rule = 'expiry-near' and a.subject_id = c.id and a.status <> 'resolved'))
        and c.not_after - c.not_before >= $5::float8 * interval '1 day' and c.not_after - $1::timestamptz <= (c.not_after - c.not_before) * $3::float8 / 100
        and not exists (select from certificate s where s.predecessor_id = c.id and s.state = 'issued')
        and not exists (select from certificate s where s.identity_id = c.identity_id and s.state = 'issued' and s.profile_id = c.profile_id and s.subject_text = c.subject_text and s.sans = c.sans and s.not_after > c.not_after)
      order by c.not_after, c.id limit $4`,
    values: [now, until, percent, most, leastDays],
  });
  return rows;
}

export type CrlRow = Readonly<{
  authority_id: string;
  name: string;
  this_update: Date;
  next_update: Date;
}>;

/** The newest CRL of each active authority. */
export async function newestCrls({ pool }: Pool): Promise<CrlRow[]> {
  const { rows } = await pool.query<CrlRow>({
    name: "alerts-crls",
    text: `select a.id as authority_id, a.name, c.this_update, c.next_update from authority a
      cross join lateral (select this_update, next_update from crl where authority_id = a.id order by number desc limit 1) c where a.status = 'active'`,
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
export async function unresolvedOf(
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

/** When a person last closed an alert of this rule about this subject. */
export async function closedByPeople(
  { pool }: Pool,
  keys: readonly Readonly<{ rule: string; subjectId: string }>[],
  own: string,
): Promise<{ rule: string; subject_id: string; at: Date }[]> {
  const { rows } = await pool.query<{ rule: string; subject_id: string; at: Date }>({
    name: "alerts-closed",
    text: `select a.rule, a.subject_id, max(a.resolved_at) as at from alert a join unnest($1::text[], $2::text[]) as k (rule, subject_id) using (rule, subject_id)
      where a.status = 'resolved' and a.resolved_by <> $3 group by a.rule, a.subject_id`,
    values: [keys.map(({ rule }) => rule), keys.map(({ subjectId }) => subjectId), own],
  });
  return rows;
}

/** False if somebody was faster. */
export async function closeAlert(
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

export async function settingsOf({ prisma }: Pick<Database, "prisma">): Promise<SettingRow[]> {
  return (await prisma.ruleSetting.findMany()).map(({ id, enabled, severity, values }) => ({
    rule: id,
    enabled,
    severity,
    values: values as Record<string, number>,
  }));
}

export async function exceptionsOf(
  { prisma }: Pick<Database, "prisma">,
  now: Date,
): Promise<{ rule: string; subjectId: string }[]> {
  return prisma.alertException.findMany({
    where: { endedAt: null, expiresAt: { gt: now }, network: null },
    select: { rule: true, subjectId: true },
  });
}
