import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/audited-transaction";
import type { DestinationConfig } from "@/lib/delivery/schema";

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

/** Locks the row until the transaction ends, so that what is compared is what is changed. */
export async function lockDestination(tx: AuditedTx, id: string): Promise<DestinationRow | null> {
  await tx.$queryRaw`select id from destination where id = ${id} for update`;
  return tx.destination.findUnique({ where: { id } });
}

export async function findDestination(db: Database, id: string): Promise<DestinationRow | null> {
  return db.prisma.destination.findUnique({ where: { id } });
}

/** By name, without those that were removed. */
export async function listDestinationRows(db: Database): Promise<DestinationRow[]> {
  return db.prisma.destination.findMany({
    where: { status: { not: "removed" } },
    orderBy: { name: "asc" },
  });
}

/** How many active destinations want alerts of one of these least severities. */
export async function countTakers(
  db: Database,
  leastSeverities: readonly string[],
): Promise<number> {
  return db.prisma.destination.count({
    where: { status: "active", minSeverity: { in: [...leastSeverities] } },
  });
}

/** What waits for each of them, and how the last attempt ended. */
export async function figuresOf(
  db: Database,
  ids: readonly string[],
): Promise<Map<string, DestinationFigures>> {
  const { rows } = await db.pool.query<{
    id: string;
    waiting: number;
    at: Date | null;
    ok: boolean;
    answer: string;
  }>({
    name: "destination_figures",
    text: `select d.id, (select count(*)::int from delivery w where w.destination_id = d.id and w.status = 'pending' and w.reason <> 'test') as waiting, l.at, l.ok, l.answer
      from unnest($1::text[]) as d (id) left join lateral (
        select a.at, a.ok, a.answer from (select id from delivery where destination_id = d.id order by created_at desc limit 200) r
          join delivery_attempt a on a.delivery_id = r.id where a.milliseconds >= 0 order by a.at desc, a.n desc limit 1) l on true`,
    values: [ids],
  });
  return new Map(
    rows.map(({ id, waiting, at, ok, answer }) => [
      id,
      { waiting, last: at && { at, ok, answer } },
    ]),
  );
}

/** Whatever waits goes at once: what kept it may just have been mended. */
export async function hurryDeliveries(tx: AuditedTx, id: string, now: Date): Promise<void> {
  // Those that are under way have a time of their own by which they count as lost; they are not sent twice.
  await tx.$executeRaw`update delivery d set next_at = ${now} where destination_id = ${id} and status = 'pending' and reason <> 'test' and next_at > ${now}
    and not exists (select from delivery_attempt a where a.delivery_id = d.id and a.milliseconds < 0)`;
}

/** Gives up what waits for a destination that is gone. */
export async function dropDeliveries(tx: AuditedTx, id: string, now: Date): Promise<number> {
  return tx.$executeRaw`update delivery set status = 'failed', finished_at = ${now} where destination_id = ${id} and status = 'pending'`;
}
