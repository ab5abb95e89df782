import type { Database } from "@/lib/db/database";
import type { NameOfIdentity, NameRow } from "@/lib/identities/types";
import {
  insertNames,
  listNamesOf,
  listOverlapping,
  queryIn,
  setNameShare,
  setNameState,
  nameColumns,
} from "@/lib/identities/name-repository";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type ShareRow = Readonly<{
  id: string;
  state: "undecided" | "decided" | "ended";
  comment: string;
  reviewAt: Date | null;
  createdBy: string;
  createdAt: Date;
}>;

export async function insertShare(tx: AuditedTx, share: ShareRow, now: Date): Promise<void> {
  await tx.$executeRaw`insert into name_share
      (id, state, comment, review_at, created_by, created_at, changed_at)
    values (${share.id}, ${share.state}, ${share.comment}, ${share.reviewAt}, ${share.createdBy},
      ${share.createdAt}, ${now})`;
}

export async function setShareState(
  tx: AuditedTx,
  ids: readonly string[],
  state: "decided" | "ended",
  now: Date,
): Promise<void> {
  await tx.$executeRaw`update name_share set state = ${state}, changed_at = ${now} where id = any(${[...ids]})`;
}

/**
 * The holder of a name is checked at the end of the statement that moves it: several move at once.
 */
export async function deferHolders(tx: AuditedTx): Promise<void> {
  await tx.$executeRaw`set constraints name_has_one_holder deferred`;
}
/** Checks the holders now, so that a conflict is an error of this act and not of its commit. */
export async function checkHolders(tx: AuditedTx): Promise<void> {
  await tx.$executeRaw`set constraints name_has_one_holder immediate`;
}

const columns = `id, state, comment, review_at as "reviewAt",
  created_by as "createdBy", created_at as "createdAt"`;

/** All rows that a share of these rows has to contain: what overlaps them, and so on. */
export async function listConnected(
  tx: AuditedTx,
  ids: readonly string[],
): Promise<NameOfIdentity[]> {
  return tx.$queryRawUnsafe<NameOfIdentity[]>(
    `with recursive connected (id) as (
        select unnest($1::text[])
        union
        select o.id from connected c join identity_name n on n.id = c.id
          join identity_name o on o.state <> 'released'
            and (o.span && n.span or (n.share_id is not null and o.share_id = n.share_id))
      )
      select ${nameColumns} from connected c join identity_name n on n.id = c.id
        join identity i on i.id = n.identity_id order by n.id`,
    [...ids],
  );
}

export async function listShareMembers(
  db: Database,
  shareIds: readonly string[],
): Promise<NameOfIdentity[]> {
  const { rows } = await db.pool.query<NameOfIdentity>(
    `select ${nameColumns} from identity_name n join identity i on i.id = n.identity_id
      where n.share_id = any($1) and n.state <> 'released' order by i.name, n.id`,
    [shareIds],
  );
  return rows;
}

export async function listShareRows(
  db: Database,
  state: "undecided" | "decided" | undefined,
): Promise<ShareRow[]> {
  const { rows } = await db.pool.query<ShareRow>(
    `select ${columns} from name_share
      where state <> 'ended' and ($1::text is null or state = $1) order by created_at desc, id desc limit 500`,
    [state ?? null],
  );
  return rows;
}

/** Locks the share. Null if there is none or it has ended. */
export async function lockShare(tx: AuditedTx, id: string): Promise<ShareRow | null> {
  const [row] = await tx.$queryRawUnsafe<ShareRow[]>(
    `select ${columns} from name_share where id = $1 and state <> 'ended' for update`,
    id,
  );
  return row ?? null;
}

export async function listRowsOfShare(tx: AuditedTx, shareId: string): Promise<NameOfIdentity[]> {
  return tx.$queryRawUnsafe<NameOfIdentity[]>(
    `select ${nameColumns} from identity_name n join identity i on i.id = n.identity_id
      where n.share_id = $1 and n.state <> 'released' order by n.id`,
    shareId,
  );
}

/** How many certificates each identity may still use, and when the last was issued. */
export async function countLiveOf(
  db: Database,
  identityIds: readonly string[],
  now: Date,
): Promise<Map<string, { live: number; lastIssuedAt: Date | null }>> {
  const { rows } = await db.pool.query<{ id: string; live: number; lastIssuedAt: Date | null }>(
    `select identity_id as id, max(issued_at) as "lastIssuedAt",
        count(*) filter (where state in ('planned', 'issued', 'held') and not_after >= $2)::int as live
      from certificate where identity_id = any($1) group by identity_id`,
    [identityIds, now],
  );
  return new Map(rows.map(({ id, live, lastIssuedAt }) => [id, { live, lastIssuedAt }]));
}

export async function listOwnRows(tx: AuditedTx, identityId: string): Promise<NameRow[]> {
  return listNamesOf(queryIn(tx), identityId);
}

/** Ids of other identities' rows that overlap these. */
export async function listOverlappedOf(
  tx: AuditedTx,
  identityId: string,
  rows: readonly Pick<NameRow, "type" | "form" | "value">[],
): Promise<string[]> {
  const names = rows.map(({ type, form, value }) => ({ type, form, value }));
  return (await listOverlapping(queryIn(tx), names))
    .filter((row) => row.identityId !== identityId)
    .map(({ id }) => id);
}

export async function addSharedRows(tx: AuditedTx, rows: readonly NameRow[]): Promise<void> {
  await insertNames(tx, rows);
}

/** Rows that were reserved for their identity are held by it again. */
export async function takeBack(tx: AuditedTx, rowIds: readonly string[], now: Date): Promise<void> {
  await setNameState(tx, rowIds, "held", now, { from: ["reserved"] });
}

export async function moveIntoShare(
  tx: AuditedTx,
  rowIds: readonly string[],
  shareId: string,
  now: Date,
): Promise<void> {
  await setNameShare(tx, rowIds, shareId, now);
}

/** Plans that were decided before for one of these identities are decided again. */
export async function raiseEpochs(tx: AuditedTx, identityIds: readonly string[]): Promise<void> {
  await tx.identity.updateMany({
    where: { id: { in: [...identityIds] } },
    data: { epoch: { increment: 1 } },
  });
}
