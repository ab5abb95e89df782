import type { Database } from "@/lib/db/database";
import type { Prisma } from "@/lib/db/generated/client";
import type { AuditedTx } from "@/lib/log/audited-transaction";
import { severities, type AlertQuery, type AlertStatus } from "./schema";

const withFigures = { figures: true } as const;
export type AlertRow = Prisma.AlertGetPayload<{ include: typeof withFigures }>;
export type CursorOf = Readonly<{ openedAt: Date; id: string }>;

function whereOf({
  status,
  rule,
  severity,
  identity,
  subject,
  assigned,
  q,
}: AlertQuery): Prisma.AlertWhereInput {
  return {
    ...(status === undefined
      ? {}
      : { status: status === "unresolved" ? { not: "resolved" } : status }),
    ...(rule === undefined ? {} : { rule }),
    ...(severity === undefined ? {} : { severity }),
    ...(identity === undefined ? {} : { identityId: identity }),
    ...(subject === undefined ? {} : { subjectId: subject }),
    ...(assigned === undefined ? {} : { assignedTo: assigned }),
    ...(q === undefined || q === ""
      ? {}
      : {
          OR: [
            { summary: { contains: q, mode: "insensitive" } },
            { subjectLabel: { contains: q, mode: "insensitive" } },
          ],
        }),
  };
}

/** The newest first. */
export async function listAlertRows(
  { prisma }: Database,
  query: AlertQuery,
  after: CursorOf | null,
  take: number,
): Promise<AlertRow[]> {
  const older: Prisma.AlertWhereInput =
    after === null
      ? {}
      : {
          OR: [
            { openedAt: { lt: after.openedAt } },
            { openedAt: after.openedAt, id: { lt: after.id } },
          ],
        };
  return prisma.alert.findMany({
    where: { AND: [whereOf(query), older] },
    include: withFigures,
    orderBy: [{ openedAt: "desc" }, { id: "desc" }],
    take,
  });
}

/** Those that nobody has resolved, the worst first and among equals the newest. */
export async function listWorstRows(
  { prisma }: Pick<Database, "prisma">,
  take: number,
): Promise<AlertRow[]> {
  const ids = (
    await prisma.$queryRaw<
      { id: string }[]
    >`select id from alert where status <> 'resolved' order by array_position(${[...severities]}::text[], severity) desc, opened_at desc, id desc limit ${take}`
  ).map(({ id }) => id);
  const rows = await prisma.alert.findMany({ where: { id: { in: ids } }, include: withFigures });
  return rows.toSorted((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id));
}

/** How many there are by status, under the other filters. */
export async function countAlertRows(
  { prisma }: Database,
  query: AlertQuery,
): Promise<Record<AlertStatus, number>> {
  const { status: _all, ...others } = query,
    groups = await prisma.alert.groupBy({
      by: ["status"],
      where: whereOf(others as AlertQuery),
      _count: true,
    });
  const of = (status: AlertStatus): number =>
    groups.find((group) => group.status === status)?._count ?? 0;
  return { open: of("open"), acknowledged: of("acknowledged"), resolved: of("resolved") };
}

export async function findAlertRow(
  { prisma }: Pick<Database, "prisma">,
  id: string,
): Promise<AlertRow | null> {
  return prisma.alert.findUnique({ where: { id }, include: withFigures });
}

/** Locks the row until the transaction ends, so that what is compared is what is changed. */
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

export type BehindRow = Readonly<{ seq: number; entry: Buffer }>;

/** Entries behind an alert, the newest first, below a number. */
export async function entriesBehind(
  { pool }: Database,
  alertId: string,
  below: number | null,
  most: number,
): Promise<BehindRow[]> {
  const { rows } = await pool.query<{ seq: string; entry: Buffer }>({
    name: "alert-entries",
    text: `select e.seq, e.entry from (select seq from custody.alert_entry where alert_id = $1 and ($2::bigint is null or seq < $2) order by seq desc limit $3) as behind join tlog.entry e using (seq) order by e.seq desc`,
    values: [alertId, below, most],
  });
  return rows.map(({ seq, entry }) => ({ seq: Number(seq), entry }));
}

/** What was done with an alert, in order. */
export async function entriesAbout(
  { pool }: Database,
  targetId: string,
  most: number,
): Promise<BehindRow[]> {
  const { rows } = await pool.query<{ seq: string; entry: Buffer }>({
    name: "alert-history",
    text: "select e.seq, e.entry from (select seq from tlog.search where target_id = $1 and not is_read order by seq limit $2) as found join tlog.entry e using (seq) order by e.seq",
    values: [targetId, most],
  });
  return rows.map(({ seq, entry }) => ({ seq: Number(seq), entry }));
}
