import type { Database } from "@/lib/db/database";
import { type NumberedEntry, readEntry } from "@/lib/log/read-entry";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { Severity } from "./schema";
import type { ActiveHour, ExceptionRow, SettingRow } from "./types";

type Pool = Pick<Database, "pool">;

/** The number of the next entry to evaluate. */
export async function readCursor({ pool }: Pool): Promise<Readonly<{ upto: number }>> {
  const { rows } = await pool.query<{ upto: string }>(
    "select upto from custody.cursor where name = 'alerts'",
  );
  return { upto: Number(rows[0]?.upto ?? 0) };
}

export async function readEntries(
  { pool }: Pool,
  from: number,
  take: number,
): Promise<NumberedEntry[]> {
  const { rows } = await pool.query<{ seq: string; entry_id: string; entry: Buffer }>({
    name: "alerts-read",
    text: "select seq, entry_id, entry from tlog.entry where seq >= $1 order by seq limit $2",
    values: [from, take],
  });
  return rows.map(({ seq, entry_id: id, entry }) => ({
    seq: Number(seq),
    ...readEntry(entry, id),
  }));
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

/** Certificates with their identities. Chancery's own have an identity of kind "system". */
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

/** Earlier uses of these identities in which their certificates were accepted. */
export async function readUses({ pool }: Pool, identityIds: readonly string[]): Promise<UseRow[]> {
  const { rows } = await pool.query<UseRow>({
    name: "alerts-uses",
    text: "select identity_id, certificate_id, network, service, known_first_at as first_at, known_last_at as last_at, known_count as count from custody.use where identity_id = any($1) and known_count > 0",
    values: [identityIds],
  });
  return rows;
}

export async function readActiveHours(
  { pool }: Pool,
  subjects: readonly string[],
): Promise<(ActiveHour & Readonly<{ subject: string }>)[]> {
  const { rows } = await pool.query<ActiveHour & Readonly<{ subject: string }>>({
    name: "alerts-hours",
    text: `select subject, slot as "hourOfDay", days, first_day::text as "firstDay", last_day::text as "lastDay" from custody.active_hour where subject = any($1)`,
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

export async function readTimestamps(
  { pool }: Pool,
  since: Date,
): Promise<{ rule: string; key: string; timestamps: number[] }[]> {
  const { rows } = await pool.query<{ rule: string; key: string; timestamps: number[] }>(
    "select rule, key, marks as timestamps from custody.moments where last_at > $1",
    [since],
  );
  return rows;
}

export async function deleteTimestamps({ pool }: Pool, before: Date): Promise<void> {
  await pool.query("select custody.forget_moments($1)", [before]);
}

/** What differs from the rules' defaults, and the exceptions that have not expired. */
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

/** Everything that a batch changes, in the form that `custody.take_batch` takes. */
export type BatchChanges = Readonly<{
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

/** An entry that the reader skipped, and why. */
export type SkippedEntry = Readonly<{ seq: number; problem: string }>;

/**
 * Applies a batch that opens no alert: one statement, so one transaction. Throws SQLSTATE 40001 if
 * another reader moved the cursor.
 */
export async function applyBatch(
  { pool }: Pick<Database, "pool">,
  changes: BatchChanges,
  skipped: readonly SkippedEntry[],
): Promise<void> {
  if (skipped.length === 0)
    await pool.query({
      name: "alerts-take",
      text: "select custody.take_batch($1::jsonb)",
      values: [toJsonb(changes)],
    });
  else
    await pool.query({
      name: "alerts-take-skipped",
      text: "select custody.take_batch($1::jsonb), tlog.note_skipped('alerts', $2, $3)",
      values: [toJsonb(changes), ...columnsOf(skipped)],
    });
}

/** The same within the transaction that opens alerts. */
export async function applyBatchIn(
  tx: AuditedTx,
  changes: BatchChanges,
  skipped: readonly SkippedEntry[],
): Promise<void> {
  await tx.$executeRaw`select custody.take_batch(${toJsonb(changes)}::jsonb)`;
  if (skipped.length === 0) return;
  const [seqs, problems] = columnsOf(skipped);
  await tx.$executeRaw`select tlog.note_skipped('alerts', ${seqs}::bigint[], ${problems}::text[])`;
}

const columnsOf = (skipped: readonly SkippedEntry[]): [number[], string[]] => [
  skipped.map(({ seq }) => seq),
  skipped.map(({ problem }) => problem),
];

/** PostgreSQL's JSON refuses half a character and U+0000; a text of an entry may hold the first. */
function toJsonb(changes: BatchChanges): string {
  const text = JSON.stringify(changes);
  return /\\u(?:d[89a-f]|0000)/.test(text) ? JSON.stringify(changes, toStorable) : text;
}
const toStorable = (_name: string, value: unknown): unknown =>
  typeof value === "string" ? value.toWellFormed().replaceAll("\0", "\uFFFD") : value;

/** Unresolved alerts of these rules about these subjects. */
export async function findUnresolvedAlerts(
  { pool }: Pick<Database, "pool">,
  keys: readonly Readonly<{ rule: string; subjectId: string }>[],
): Promise<Readonly<{ id: string; rule: string; subjectId: string; severity: Severity }>[]> {
  const { rows } = await pool.query<{
    id: string;
    rule: string;
    subjectId: string;
    severity: Severity;
  }>({
    name: "alerts-open",
    text: `select a.id, a.rule, a.subject_id as "subjectId", a.severity from alert a join unnest($1::text[], $2::text[]) as k (rule, subject_id) using (rule, subject_id) where a.status <> 'resolved'`,
    values: [keys.map(({ rule }) => rule), keys.map(({ subjectId }) => subjectId)],
  });
  return rows;
}

/** How many alerts each rule has opened since then. */
export async function countAlertsByRule(
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
