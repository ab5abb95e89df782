import type { Database } from "@/lib/db/database";
import { wordsCondition } from "@/lib/db/words-condition";
import type { Prisma } from "@/lib/db/generated/client";
import { storedColumns, type StoredRow } from "@/lib/log/entry-summary";
import { factRun } from "@/lib/log/pure/search-tokens";
import { findRows } from "@/lib/log/segments/find-rows";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import { severities, type AlertQuery, type AlertStatus, type Severity } from "./schema";

const withFigures = { figures: true } as const;
export type AlertRow = Prisma.AlertGetPayload<{ include: typeof withFigures }>;
export type AlertCursor = Readonly<{ openedAt: Date; id: string }>;

const searched = {
  id: "id",
  folded: "tlog.fold_text(summary || ' ' || subject_label || ' ' || rule)",
} as const;

/** The filters of a query as conditions, with their values. */
function filtersOf({ status, rule, severity, identity, subject, assigned, q }: AlertQuery) {
  const values: unknown[] = [];
  const conditions = ["true"];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const add = (column: string, value: string | undefined): void => {
    if (value !== undefined) conditions.push(`${column} = ${parameter(value)}`);
  };
  if (status === "unresolved") conditions.push("status <> 'resolved'");
  else add("status", status);
  add("rule", rule);
  add("severity", severity);
  add("identity_id", identity);
  add("subject_id", subject);
  add("assigned_to", assigned);
  if (q) conditions.push(`(${wordsCondition(q, searched, parameter)})`);
  return { conditions, values, parameter };
}

async function findIds(
  { pool }: Database,
  { conditions, values }: Pick<ReturnType<typeof filtersOf>, "conditions" | "values">,
  order: string,
): Promise<string[]> {
  const text = `select id from alert where ${conditions.join(" and ")} ${order}`;
  const { rows } = await pool.query<{ id: string }>({ text, values });
  return rows.map(({ id }) => id);
}

/** The alerts with these ids, in their order. */
async function readInOrder(
  { prisma }: Pick<Database, "prisma">,
  ids: readonly string[],
): Promise<AlertRow[]> {
  const rows = await prisma.alert.findMany({
    where: { id: { in: [...ids] } },
    include: withFigures,
  });
  const places = new Map(ids.map((id, place) => [id, place]));
  return rows.toSorted((one, other) => (places.get(one.id) ?? 0) - (places.get(other.id) ?? 0));
}

/**
 * One page, newest first; `from` is where it begins, or ends, read backward, with the nearest first.
 */
export async function listAlertRows(
  db: Database,
  query: AlertQuery,
  from: Readonly<{ at: AlertCursor | null; backward: boolean }>,
  take: number,
): Promise<AlertRow[]> {
  const filters = filtersOf(query);
  const { conditions, parameter } = filters;
  const { at, backward } = from;
  if (at !== null)
    conditions.push(
      `(opened_at, id) ${backward ? ">" : "<"} (${parameter(at.openedAt)}::timestamptz, ${parameter(at.id)}::text)`,
    );
  const direction = backward ? "asc" : "desc";
  const order = `order by opened_at ${direction}, id ${direction} limit ${parameter(take)}`;
  return readInOrder(db, await findIds(db, filters, order));
}

/** The ids of what the filters match, oldest first, at most `take`. */
export async function listAlertIds(
  db: Database,
  query: AlertQuery,
  take: number,
): Promise<string[]> {
  const filters = filtersOf(query);
  return findIds(db, filters, `order by opened_at, id limit ${filters.parameter(take)}`);
}

/** Unresolved alerts, the most severe first; among equals, the newest. */
export async function listWorstRows(
  { prisma }: Pick<Database, "prisma">,
  take: number,
): Promise<AlertRow[]> {
  const ids = (
    await prisma.$queryRaw<
      { id: string }[]
    >`select id from alert where status <> 'resolved' order by array_position(${[...severities]}::text[], severity) desc, opened_at desc, id desc limit ${take}`
  ).map(({ id }) => id);
  return readInOrder({ prisma }, ids);
}

/** How many there are by status, under all other filters. */
export async function countAlertRows(
  db: Database,
  query: AlertQuery,
): Promise<Record<AlertStatus, number>> {
  const { status: _all, ...others } = query;
  const { conditions, values } = filtersOf(others as AlertQuery);
  const { rows } = await db.pool.query<{ status: string; count: number }>({
    text: `select status, count(*)::int as count from alert where ${conditions.join(" and ")} group by status`,
    values,
  });
  const of = (status: AlertStatus): number => rows.find((row) => row.status === status)?.count ?? 0;
  return { open: of("open"), acknowledged: of("acknowledged"), resolved: of("resolved") };
}

export async function findAlertRow(
  { prisma }: Pick<Database, "prisma">,
  id: string,
): Promise<AlertRow | null> {
  return prisma.alert.findUnique({ where: { id }, include: withFigures });
}

/** Those with these ids, in their order. */
export const findAlertRows = (db: Database, ids: readonly string[]): Promise<AlertRow[]> =>
  readInOrder(db, ids);

/** Reads the row and locks it until the transaction ends. */
export async function lockAlert(tx: AuditedTx, id: string): Promise<AlertRow | null> {
  await tx.$queryRaw`select id from alert where id = ${id} for update`;
  return tx.alert.findUnique({ where: { id }, include: withFigures });
}

export async function updateAlertRow(
  tx: AuditedTx,
  id: string,
  data: Partial<
    Pick<
      AlertRow,
      | "status"
      | "assignedTo"
      | "acknowledgedBy"
      | "acknowledgedAt"
      | "resolvedBy"
      | "resolvedAt"
      | "resolution"
      | "comment"
    >
  > & { changedAt: Date },
): Promise<void> {
  await tx.alert.update({ where: { id }, data });
}

/** The entries that an alert counts, newest first, before an entry number. */
export async function listEntriesOfAlert(
  { pool }: Database,
  alertId: string,
  below: number | null,
  take: number,
): Promise<StoredRow[]> {
  const { rows } = await pool.query<StoredRow>({
    name: "alert-entries",
    text: `select ${storedColumns} from (select seq from custody.alert_entry where alert_id = $1 and ($2::bigint is null or seq < $2) order by seq desc limit $3) as behind join tlog.entry e using (seq) order by e.seq desc`,
    values: [alertId, below, take],
  });
  return rows;
}

/** The entries about an alert (acknowledged, assigned, resolved), oldest first. */
export async function listAlertHistory(
  db: Database,
  targetId: string,
  take: number,
): Promise<StoredRow[]> {
  const all = [[factRun("target", targetId)], [factRun("kind", "a")]];
  return findRows(db, { all, order: "asc" }, take);
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

/** False if its severity or status has changed since it was read. */
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
