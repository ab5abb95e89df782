import type { Database } from "@/lib/db/database";
import type { Severity } from "@/lib/alerts/schema";
import type { AuditedTx } from "@/lib/log/audited-transaction";

/** Everything that a batch changes, as custody.take_batch takes it. */
export type Work = Readonly<{
  from: number;
  to: number;
  at: Date;
  uses: unknown[];
  tallies: unknown[];
  issued: unknown[];
  hours: unknown[];
  moments: unknown[];
  more: readonly Readonly<{
    alert: string;
    count: number;
    last_seq: number | null;
    last_at: number;
    why: Readonly<{ surprise: string; baseline: string }> | null;
    seqs: readonly number[];
  }>[];
}>;

/** A batch that opens no alert: one statement, so one transaction. Throws 40001 when somebody else has read on. */
export async function takeBatch({ pool }: Pick<Database, "pool">, work: Work): Promise<void> {
  await pool.query({
    name: "alerts-take",
    text: "select custody.take_batch($1::jsonb)",
    values: [JSON.stringify(work)],
  });
}

/** The same inside the transaction that opens alerts. */
export async function takeBatchIn(tx: AuditedTx, work: Work): Promise<void> {
  await tx.$executeRaw`select custody.take_batch(${JSON.stringify(work)}::jsonb)`;
}

export type OpenRow = Readonly<{
  id: string;
  rule: string;
  subject_id: string;
  severity: Severity;
}>;

/** Unresolved alerts of these rules about these subjects. */
export async function findOpen(
  { pool }: Pick<Database, "pool">,
  keys: readonly Readonly<{ rule: string; subjectId: string }>[],
): Promise<OpenRow[]> {
  const { rows } = await pool.query<OpenRow>({
    name: "alerts-open",
    text: "select a.id, a.rule, a.subject_id, a.severity from alert a join unnest($1::text[], $2::text[]) as k (rule, subject_id) using (rule, subject_id) where a.status <> 'resolved'",
    values: [keys.map(({ rule }) => rule), keys.map(({ subjectId }) => subjectId)],
  });
  return rows;
}

export async function countOpened(
  { pool }: Pick<Database, "pool">,
  since: Date,
): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ rule: string; n: number }>({
    name: "alerts-lately",
    text: "select rule, count(*)::int as n from alert where opened_at > $1 group by rule",
    values: [since],
  });
  return new Map(rows.map(({ rule, n }) => [rule, n]));
}

export type NewAlert = Readonly<{
  id: string;
  rule: string;
  severity: Severity;
  subject: Readonly<{ kind: string; id: string; label: string }>;
  identityId: string | null;
  summary: string;
  openedAt: Date;
  count: number;
  firstSeq: number | null;
  lastSeq: number | null;
  firstAt: Date;
  lastAt: Date;
  surprise: string;
  baseline: string;
  seqs: readonly number[];
}>;

export async function insertAlert(tx: AuditedTx, alert: NewAlert): Promise<void> {
  const {
    id,
    rule,
    severity,
    subject,
    identityId,
    summary,
    openedAt,
    count,
    firstSeq,
    lastSeq,
    firstAt,
    lastAt,
    surprise,
    baseline,
    seqs,
  } = alert;
  await tx.alert.create({
    data: {
      id,
      rule,
      severity,
      subjectKind: subject.kind,
      subjectId: subject.id,
      subjectLabel: subject.label,
      identityId,
      status: "open",
      summary,
      openedAt,
      changedAt: openedAt,
      figures: {
        create: {
          count: BigInt(count),
          firstSeq: firstSeq === null ? null : BigInt(firstSeq),
          lastSeq: lastSeq === null ? null : BigInt(lastSeq),
          firstAt,
          lastAt,
          why: { surprise, baseline },
        },
      },
    },
  });
  if (seqs.length > 0)
    await tx.$executeRaw`select custody.behind(${id}, ${seqs as number[]}::bigint[])`;
}

/** False if it was resolved, or already is as severe. */
export async function raiseSeverity(
  tx: AuditedTx,
  id: string,
  from: Severity,
  to: Severity,
  now: Date,
): Promise<boolean> {
  const { count } = await tx.alert.updateMany({
    where: { id, severity: from, status: { not: "resolved" } },
    data: { severity: to, changedAt: now },
  });
  return count === 1;
}
