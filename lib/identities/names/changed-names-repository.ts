import type { NameRow } from "@/lib/identities/types";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type ChangedName = Pick<
  NameRow,
  "identityId" | "type" | "form" | "value" | "state" | "shareId" | "origin" | "reservedUntil"
>;
export type ChangedShare = Readonly<{
  id: string;
  state: "undecided" | "decided" | "ended";
  comment: string;
  reviewAt: Date | null;
  createdBy: string;
}>;

/** The names of these identities whose rows this transaction wrote; released ones first. */
export async function listChangedNames(
  tx: AuditedTx,
  identityIds: readonly string[],
): Promise<ChangedName[]> {
  return tx.$queryRawUnsafe<ChangedName[]>(
    `select identity_id as "identityId", type, form, value, state, share_id as "shareId", origin,
        reserved_until as "reservedUntil"
      from identity_name where identity_id = any($1) and xmin = pg_current_xact_id()::xid
      order by state <> 'released', created_at, id`,
    [...identityIds],
  );
}

/** The shares whose rows this transaction wrote. */
export async function listChangedShares(tx: AuditedTx): Promise<ChangedShare[]> {
  return tx.$queryRawUnsafe<ChangedShare[]>(
    `select id, state, comment, review_at as "reviewAt", created_by as "createdBy"
      from name_share where xmin = pg_current_xact_id()::xid order by id`,
  );
}
