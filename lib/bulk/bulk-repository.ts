import type { Database, TransactionClient } from "@/lib/db/database";
import { listPowersOf } from "@/lib/identities/power-repository";
import type { IdentityPower } from "@/lib/identities/schema";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { BulkOrigin } from "./types";
import type { BulkOutcome } from "./schema";

export type BulkRow = Readonly<{
  id: string;
  act: string;
  ids: readonly string[];
  /** The state of each that the dry run saw. */
  states: readonly string[];
  digest: string;
  total: number;
  reason: string | null;
  owner: string | null;
  /** The ID of the user who the alerts are assigned to. */
  assignee: string | null;
  resolution: string | null;
  replaceBy: Date | null;
  comment: string;
  invalidityDate: Date | null;
  actorKind: string;
  actorId: string;
  actorLabel: string;
  origin: BulkOrigin;
  status: string;
  cause: string | null;
  createdAt: Date;
  endedAt: Date | null;
}>;
export type BulkCounts = Readonly<{ done: number; changed: number; refused: number }>;
/** Without the lists of items, which are long. */
export type BulkHead = Omit<BulkRow, "ids" | "states" | "digest"> &
  BulkCounts &
  Readonly<{ assigneeLabel: string | null }>;

/** Of a result `r` with its certificate `c`: it was planned, and can no longer be signed. */
export const unsignedSql =
  "(c.id is not null and c.fingerprint_sha256 is null and c.state <> 'planned')";
const headColumns = `b.id, b.act, b.total, b.reason, b.owner, b.assignee, (select email from account where id = b.assignee) as "assigneeLabel", b.resolution, b.replace_by as "replaceBy", b.comment, b.invalidity_date as "invalidityDate", b.actor_kind as "actorKind", b.actor_id as "actorId",
  b.actor_label as "actorLabel", b.origin, b.status, b.cause, b.created_at as "createdAt", b.ended_at as "endedAt"`;
/** What was planned by a bulk issue and then not signed counts as refused. */
const withCounts = `select ${headColumns}, r.* from bulk_act b, lateral (
  select count(*) filter (where outcome = 'done' and not unsigned)::int as done, count(*) filter (where outcome = 'changed')::int as changed,
    count(*) filter (where outcome = 'refused' or unsigned)::int as refused
  from (select outcome, ${unsignedSql} as unsigned from bulk_result r left join certificate c on c.id = r.certificate_id where r.bulk_id = b.id) each) r`;

/** What each identity's certificates confer. */
export const listPowersOfIdentities = (
  db: Database,
  ids: readonly string[],
): Promise<Map<string, readonly IdentityPower[]>> => listPowersOf(db, ids);

export async function insertBulk(tx: AuditedTx, row: BulkRow): Promise<void> {
  await tx.bulkAct.create({
    data: { ...row, ids: [...row.ids], states: [...row.states], origin: { ...row.origin } },
  });
}

export async function findBulk(db: Database, id: string): Promise<BulkHead | null> {
  const { rows } = await db.pool.query<BulkHead>(`${withCounts} where b.id = $1`, [id]);
  return rows[0] ?? null;
}

/** Newest first by id. */
export async function listBulkRows(
  db: Database,
  before: string | null,
  take: number,
): Promise<BulkHead[]> {
  const { rows } = await db.pool.query<BulkHead>(
    `${withCounts} where $1::text is null or b.id < $1 order by b.id desc limit $2`,
    [before, take],
  );
  return rows;
}

/** Those that are not finished, oldest first. */
export async function listRunningBulk(db: Database): Promise<BulkHead[]> {
  const { rows } = await db.pool.query<BulkHead>(
    `${withCounts} where b.status = 'running' order by b.id`,
  );
  return rows;
}

export type BulkItem = Readonly<{ n: number; id: string; state: string }>;

/** Items without a result, in order. */
export async function listPendingItems(
  db: Database,
  bulkId: string,
  take: number,
): Promise<BulkItem[]> {
  const { rows } = await db.pool.query<BulkItem>({
    name: "bulk-pending",
    text: `select i.n::int as n, i.id, i.state from bulk_act b, unnest(b.ids, b.states) with ordinality as i (id, state, n)
      where b.id = $1 and b.status = 'running' and not exists (select from bulk_result r where r.bulk_id = b.id and r.n = i.n)
      order by i.n limit $2`,
    values: [bulkId, take],
  });
  return rows;
}

export type BulkResult = Readonly<{
  bulkId: string;
  n: number;
  outcome: BulkOutcome;
  code: string | null;
  message: string | null;
  entryId: string | null;
  /** The certificate that a bulk issue planned. */
  certificateId?: string | undefined;
  at: Date;
}>;

const insertResult = `insert into bulk_result (bulk_id, n, outcome, code, message, entry_id, at, certificate_id)
  select id, $2, $3, $4, $5, $6, $7, $8 from bulk_act where id = $1 and status = 'running' for share`;
const valuesOf = ({
  bulkId,
  n,
  outcome,
  code,
  message,
  entryId,
  at,
  certificateId,
}: BulkResult) => [bulkId, n, outcome, code, message, entryId, at, certificateId ?? null];

/**
 * Notes a result in the transaction of the item's change. False if the bulk action is no longer
 * running; a unique violation if the item has a result. Either must roll the change back.
 */
export async function insertResultWithin(
  tx: TransactionClient,
  result: BulkResult,
): Promise<boolean> {
  return (await tx.$executeRawUnsafe(insertResult, ...valuesOf(result))) === 1;
}

/** Notes what became of an item that was not changed, unless it has a result. */
export async function saveResult(db: Database, result: BulkResult): Promise<void> {
  await db.pool.query({
    name: "bulk-result",
    text: `${insertResult} on conflict do nothing`,
    values: valuesOf(result),
  });
}

/**
 * Locks the row until the transaction ends: no item is changed meanwhile. Its counts are read by a
 * statement of their own, since one that waited would still see what was before.
 */
export async function lockBulk(tx: AuditedTx, id: string): Promise<BulkHead | null> {
  await tx.$queryRaw`select id from bulk_act where id = ${id} for update`;
  const rows = await tx.$queryRawUnsafe<BulkHead[]>(`${withCounts} where b.id = $1`, id);
  return rows[0] ?? null;
}

export async function endBulk(
  tx: AuditedTx,
  id: string,
  end: Readonly<{ status: string; cause: string | null; endedAt: Date }>,
): Promise<void> {
  await tx.bulkAct.update({ where: { id }, data: end });
}

export type RecentUses = Readonly<{
  certificates: number;
  services: number;
  networks: number;
  lastUsedAt: Date | null;
}>;

/**
 * How many certificates, of these or of these identities, were used since a time, on how many
 * services and from where.
 */
export async function usesSince(
  db: Database,
  by: "certificate_id" | "identity_id",
  ids: readonly string[],
  since: Date,
): Promise<RecentUses> {
  const { rows } = await db.pool.query<RecentUses>({
    name: `bulk-uses-${by}`,
    text: `select count(distinct certificate_id)::int as certificates, count(distinct service)::int as services,
        count(distinct network)::int as networks, max(last_at) as "lastUsedAt"
      from custody.use where ${by} = any($1) and last_at >= $2`,
    values: [ids, since],
  });
  return rows[0] ?? { certificates: 0, services: 0, networks: 0, lastUsedAt: null };
}

/** How many valid certificates these identities have. */
export async function countValidOf(
  db: Database,
  identityIds: readonly string[],
  now: Date,
): Promise<number> {
  const { rows } = await db.pool.query<{ n: number }>({
    name: "bulk-valid-of",
    text: `select count(*)::int as n from certificate where identity_id = any($1) and state = 'issued' and not_after >= $2`,
    values: [identityIds, now],
  });
  return rows[0]?.n ?? 0;
}

/**
 * Of certificates that are to be replaced: how many an ACME client got, which hears of it by renewal
 * information; how many it did not; and how many owners these have.
 */
export async function countByHolder(
  db: Database,
  ids: readonly string[],
): Promise<Readonly<{ acme: number; others: number; owners: number }>> {
  const { rows } = await db.pool.query<{ acme: number; others: number; owners: number }>({
    name: "bulk-by-holder",
    text: `select count(o.id)::int as acme, count(*) filter (where o.id is null)::int as others,
        count(distinct i.owner) filter (where o.id is null)::int as owners
      from certificate c join identity i on i.id = c.identity_id left join acme_order o on o.certificate_id = c.id where c.id = any($1)`,
    values: [ids],
  });
  return rows[0] ?? { acme: 0, others: 0, owners: 0 };
}
