import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type DeliveryRow = Readonly<{
  id: string;
  alertId: string | null;
  destinationId: string;
  reason: string;
  status: string;
  attempts: number;
  nextAt: Date;
  createdAt: Date;
  finishedAt: Date | null;
}>;
export type AttemptRow = Readonly<{
  n: number;
  at: Date;
  ok: boolean;
  answer: string;
  milliseconds: number;
}>;
export type DeliveryWithHistory = DeliveryRow &
  Readonly<{
    alert: Readonly<{ id: string; summary: string; severity: string }> | null;
    history: readonly AttemptRow[];
  }>;
export type AlertRow = Readonly<{
  id: string;
  rule: string;
  severity: string;
  status: string;
  subjectKind: string;
  subjectId: string;
  subjectLabel: string;
  summary: string;
  openedAt: Date;
  figures: Readonly<{
    count: bigint;
    firstSeq: bigint | null;
    lastSeq: bigint | null;
    firstAt: Date;
    lastAt: Date;
    why: unknown;
  }> | null;
}>;

/** The `milliseconds` of an attempt that has not finished. */
export const unfinished = -1;
export const interruptedAnswer = "Interrupted before a response arrived.";

export async function insertTestDelivery(
  tx: AuditedTx,
  row: Pick<DeliveryRow, "id" | "destinationId" | "createdAt">,
): Promise<void> {
  await tx.delivery.create({
    data: { ...row, reason: "test", status: "pending", attempts: 1, nextAt: row.createdAt },
  });
  await tx.deliveryAttempt.create({
    data: {
      deliveryId: row.id,
      n: 1,
      at: row.createdAt,
      ok: false,
      answer: interruptedAnswer,
      milliseconds: unfinished,
    },
  });
}

/**
 * Claims due deliveries, at most `maxConcurrent` per destination including those `inProgress` there,
 * and inserts an attempt for each. No other worker claims them before `leaseUntil`; if this one dies
 * first, they are claimed and sent again. Concurrent calls never claim the same row.
 */
export async function claimDueDeliveries(
  db: Database,
  {
    now,
    leaseUntil,
    maxConcurrent,
    inProgress,
  }: Readonly<{
    now: Date;
    leaseUntil: Date;
    maxConcurrent: number;
    inProgress: Readonly<Record<string, number>>;
  }>,
): Promise<DeliveryRow[]> {
  const { rows } = await db.pool.query<DeliveryRow>({
    name: "claim_deliveries",
    text: `with due as (
        select d.id from destination s cross join lateral (
          select id from delivery where destination_id = s.id and status = 'pending' and reason <> 'test' and next_at <= $1
            order by next_at, id limit greatest(0, $3::int - coalesce(($4::jsonb ->> s.id)::int, 0)) for update skip locked) d
        where s.status = 'active'),
      taken as (update delivery set attempts = attempts + 1, next_at = $2 from due where delivery.id = due.id returning delivery.*),
      opened as (insert into delivery_attempt (delivery_id, n, at, ok, answer, milliseconds) select id, attempts, $1, false, $5, $6 from taken)
      select id, alert_id as "alertId", destination_id as "destinationId", reason, status, attempts, next_at as "nextAt", created_at as "createdAt", finished_at as "finishedAt" from taken`,
    values: [
      now,
      leaseUntil,
      maxConcurrent,
      JSON.stringify(inProgress),
      interruptedAnswer,
      unfinished,
    ],
  });
  return rows;
}

type FinishedAttempt = Readonly<{
  id: string;
  attempt: number;
  ok: boolean;
  answer: string;
  milliseconds: number;
  status: "pending" | "sent" | "failed";
  nextAt: Date;
  now: Date;
}>;

/**
 * Stores the result of an attempt. The delivery's own state changes only if this is still its latest
 * attempt and it is still pending.
 */
export async function finishAttempt(
  db: Database,
  { id, attempt, ok, answer, milliseconds, status, nextAt, now }: FinishedAttempt,
): Promise<void> {
  await db.pool.query({
    name: "end_delivery_attempt",
    text: `with ended as (update delivery_attempt set ok = $3, answer = $4, milliseconds = $5 where delivery_id = $1 and n = $2)
      update delivery set status = $6, next_at = $7, finished_at = case when $6 = 'pending' then null else $8::timestamptz end where id = $1 and attempts = $2 and status = 'pending'`,
    values: [id, attempt, ok, answer, milliseconds, status, nextAt, now],
  });
}

/**
 * Ends the attempts of processes that died: those begun before a time by which any attempt would
 * have finished. Tests among them have failed; other deliveries are claimed again when due.
 */
export async function failInterruptedAttempts(
  db: Database,
  before: Date,
  now: Date,
): Promise<void> {
  await db.pool.query({
    name: "close_interrupted_attempts",
    text: `with lost as (update delivery_attempt a set milliseconds = 0 from delivery d where d.id = a.delivery_id and a.milliseconds < 0 and a.at < $1 returning a.delivery_id)
      update delivery set status = 'failed', finished_at = $2 from lost where id = lost.delivery_id and status = 'pending' and reason = 'test'`,
    values: [before, now],
  });
}

/** Deletes deliveries that finished before a time, at most a thousand. Returns how many. */
export async function deleteFinishedDeliveries(db: Database, before: Date): Promise<number> {
  const { rows } = await db.pool.query<{ id: string }>(
    "select id from delivery where status <> 'pending' and finished_at < $1 order by finished_at limit 1000",
    [before],
  );
  const ids = rows.map(({ id }) => id);
  await db.pool.query("delete from delivery_attempt where delivery_id = any($1)", [ids]);
  await db.pool.query("delete from delivery where id = any($1)", [ids]);
  return ids.length;
}

const withHistory = {
  alert: { select: { id: true, summary: true, severity: true } },
  history: { orderBy: { n: "asc" } },
} as const;

/** One page of the deliveries to a destination, newest first. */
export async function listDeliveryRows(
  db: Database,
  destinationId: string,
  cursor: string | undefined,
  take: number,
): Promise<DeliveryWithHistory[]> {
  return db.prisma.delivery.findMany({
    where: { destinationId, ...(cursor === undefined ? {} : { id: { lt: cursor } }) },
    include: withHistory,
    orderBy: { id: "desc" },
    take,
  });
}

const withDestination = {
  ...withHistory,
  destination: { select: { id: true, name: true, kind: true, status: true } },
} as const;
export type AlertDeliveryRow = DeliveryWithHistory &
  Readonly<{ destination: Readonly<{ id: string; name: string; kind: string; status: string }> }>;

/** One page of the deliveries of an alert, newest first. */
export async function listDeliveriesOfAlert(
  db: Database,
  alertId: string,
  cursor: string | undefined,
  take: number,
): Promise<AlertDeliveryRow[]> {
  return db.prisma.delivery.findMany({
    where: { alertId, ...(cursor === undefined ? {} : { id: { lt: cursor } }) },
    include: withDestination,
    orderBy: { id: "desc" },
    take,
  });
}

export async function findDelivery(db: Database, id: string): Promise<DeliveryWithHistory | null> {
  return db.prisma.delivery.findUnique({ where: { id }, include: withHistory });
}

export async function findAlertForDelivery(db: Database, id: string): Promise<AlertRow | null> {
  return db.prisma.alert.findUnique({ where: { id }, include: { figures: true } });
}

/** The DER of the root certificates, which deliveries trust in addition to the system's. */
export async function findRootCertificates(db: Database): Promise<Uint8Array[]> {
  const rows = await db.prisma.authority.findMany({
    where: { parentId: null, certificateDer: { not: null } },
    select: { certificateDer: true },
  });
  return rows.flatMap(({ certificateDer }) => (certificateDer === null ? [] : [certificateDer]));
}
