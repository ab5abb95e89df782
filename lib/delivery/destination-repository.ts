import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { DestinationConfig } from "./schema";

export type DestinationRow = Readonly<{
  id: string;
  kind: string;
  name: string;
  status: string;
  config: unknown;
  sealed: Uint8Array | null;
  minSeverity: string;
  createdAt: Date;
  changedAt: Date;
}>;
export type DestinationFigures = Readonly<{
  waiting: number;
  /** Of those that wait: when the first was created, and when the next attempt is due. */
  waitingSince: Date | null;
  nextAt: Date | null;
  /** The latest attempt that succeeded. */
  lastSentAt: Date | null;
  last: Readonly<{ at: Date; ok: boolean; answer: string }> | null;
}>;

export async function insertDestination(
  tx: AuditedTx,
  row: Omit<DestinationRow, "config"> & Readonly<{ config: DestinationConfig }>,
): Promise<void> {
  await tx.destination.create({
    data: { ...row, config: row.config, sealed: row.sealed && Uint8Array.from(row.sealed) },
  });
}

type Change = Readonly<{
  name?: string;
  status?: string;
  config?: DestinationConfig;
  sealed?: Uint8Array | null;
  minSeverity?: string;
  changedAt: Date;
}>;
export async function updateDestinationRow(
  tx: AuditedTx,
  id: string,
  { sealed, ...data }: Change,
): Promise<void> {
  await tx.destination.update({
    where: { id },
    data: {
      ...data,
      ...(sealed === undefined ? {} : { sealed: sealed && Uint8Array.from(sealed) }),
    },
  });
}

/** Reads the row and locks it until the transaction ends. */
export async function lockDestination(tx: AuditedTx, id: string): Promise<DestinationRow | null> {
  await tx.$queryRaw`select id from destination where id = ${id} for update`;
  return tx.destination.findUnique({ where: { id } });
}

export async function findDestination(db: Database, id: string): Promise<DestinationRow | null> {
  return db.prisma.destination.findUnique({ where: { id } });
}

/** By name, without removed ones. */
export async function listDestinationRows(db: Database): Promise<DestinationRow[]> {
  return db.prisma.destination.findMany({
    where: { status: { not: "removed" } },
    orderBy: { name: "asc" },
  });
}

/** Webhooks with a path or query in their URL, as earlier versions stored it. */
export async function findReadableWebhooks(db: Database): Promise<string[]> {
  const rows = await db.prisma.$queryRaw<{ id: string }[]>`
    select id from destination where kind = 'webhook' and config->>'url' !~ '^https?://[^/?#]*(/(…)?)?$' order by id`;
  return rows.map(({ id }) => id);
}

/** How many active destinations have one of these minimum severities. */
export async function countRecipients(
  db: Database,
  minSeverities: readonly string[],
): Promise<number> {
  return db.prisma.destination.count({
    where: { status: "active", minSeverity: { in: [...minSeverities] } },
  });
}

/**
 * For each destination: how many deliveries are pending and since when, and the latest attempts among
 * its 200 newest deliveries.
 */
export async function findDestinationFigures(
  db: Database,
  ids: readonly string[],
): Promise<Map<string, DestinationFigures>> {
  type Row = Omit<DestinationFigures, "last"> &
    Readonly<{ id: string; at: Date | null; ok: boolean; answer: string }>;
  const { rows } = await db.pool.query<Row>({
    name: "destination_figures",
    text: `select d.id, w.waiting, w.since as "waitingSince", w.next as "nextAt", l.at, l.ok, l.answer, l.sent as "lastSentAt"
      from unnest($1::text[]) as d (id)
      cross join lateral (select count(*)::int as waiting, min(created_at) as since, min(next_at) as next
        from delivery where destination_id = d.id and status = 'pending' and reason <> 'test') w
      left join lateral (select a.at, a.ok, a.answer, max(a.at) filter (where a.ok) over () as sent
        from (select id from delivery where destination_id = d.id order by created_at desc limit 200) r
        join delivery_attempt a on a.delivery_id = r.id where a.milliseconds >= 0 order by a.at desc, a.n desc limit 1) l on true`,
    values: [ids],
  });
  return new Map(
    rows.map(({ id, at, ok, answer, ...figures }) => [
      id,
      { ...figures, last: at && { at, ok, answer } },
    ]),
  );
}

/** Makes pending deliveries due now: what made them fail may have been fixed. Returns how many. */
export async function retryDeliveriesNow(tx: AuditedTx, id: string, now: Date): Promise<number> {
  // Except those in progress: their time is when their lease expires, and they must not be sent
  // twice.
  return tx.$executeRaw`update delivery d set next_at = ${now} where destination_id = ${id} and status = 'pending' and reason <> 'test' and next_at > ${now}
    and not exists (select from delivery_attempt a where a.delivery_id = d.id and a.milliseconds < 0)`;
}

/** Fails the pending deliveries of a removed destination. */
export async function failPendingDeliveries(tx: AuditedTx, id: string, now: Date): Promise<number> {
  return tx.$executeRaw`update delivery set status = 'failed', finished_at = ${now} where destination_id = ${id} and status = 'pending'`;
}
