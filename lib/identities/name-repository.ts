import type { Database, TransactionClient } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import type { HeldName } from "@/lib/pki/held-names/held-name";
import type { Carrier, NameOfIdentity, NameRow, NameState } from "./types";

/** How many names an identity has at the most, and how many of them are added at once. */
export const maxNames = 1_000;
export const maxNamesAtOnce = 100;

/** Runs a query within a transaction or on the pool. */
export type NameQuery = <T>(text: string, ...values: unknown[]) => Promise<T[]>;
export const queryIn =
  (tx: TransactionClient): NameQuery =>
  (text, ...values) =>
    tx.$queryRawUnsafe(text, ...values);
export const queryOn =
  (db: Database): NameQuery =>
  async <T>(text: string, ...values: unknown[]) =>
    (await db.pool.query(text, values)).rows as T[];

const columns = `n.id, n.identity_id as "identityId", n.type, n.form, n.value, n.state,
  n.share_id as "shareId", n.origin, n.reserved_until as "reservedUntil",
  n.created_at as "createdAt", n.changed_at as "changedAt"`;
/** The columns of a NameOfIdentity, from `identity_name n join identity i`. */
export const nameColumns = `${columns}, i.name as "identityName", i.kind as "identityKind"`;

/**
 * Inserts rows in the order of their intervals, so that two transactions wait for each other in
 * one order. Violates `name_has_one_holder` where another identity's name overlaps.
 */
export async function insertNames(tx: AuditedTx, rows: readonly NameRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.$executeRawUnsafe(
    `insert into identity_name (id, identity_id, type, form, value, state, share_id, origin,
        reserved_until, created_at, changed_at)
      select id, "identityId", type, form, value, state, "shareId", origin,
        "reservedUntil", "createdAt", "changedAt"
      from jsonb_to_recordset($1::jsonb) as x (id text, "identityId" text, type text, form text,
        value text, state text, "shareId" text, origin text,
        "reservedUntil" timestamptz, "createdAt" timestamptz, "changedAt" timestamptz)
      order by lower(tlog.name_span_of(type, form, value)) collate "C", id`,
    JSON.stringify(rows),
  );
}

/**
 * Makes transactions that add overlapping names wait for each other until they end, in one order:
 * two that insert them at once would deadlock. Names that can overlap have a key in common: their
 * parent domain, mailbox, host of a URI, family of an address.
 */
export async function lockNames(tx: AuditedTx, names: readonly HeldName[]): Promise<void> {
  if (names.length === 0) return;
  await tx.$queryRawUnsafe(lockNamesText, JSON.stringify(names));
}

/** The statement of `lockNames`; its parameter is the names as JSON. */
export const lockNamesText = `select pg_advisory_xact_lock(1851878757, h)::text from (
    select distinct hashtext(case left(l, 3)
        when 'dns' then regexp_replace(l, '\\.[^.]*$', '')
        when 'uri' then coalesce(substring(l from '^uri:[^/]*//[^/?]*'), l)
        when 'ip4' then 'ip4' when 'ip6' then 'ip6' else l end) as h
    from (select lower(tlog.name_span_of(type, form, value)) as l
      from jsonb_to_recordset($1::jsonb) as x (type text, form text, value text)) s
    order by h) k`;

/** Counts an addition, so that an edit of the whole set that was read before is refused. */
export async function raiseNamesEpoch(tx: AuditedTx, identityId: string): Promise<void> {
  await tx.$executeRaw`update identity set names_epoch = names_epoch + 1 where id = ${identityId}`;
}

/** Thrown where another transaction changed rows that this one had read: it has to run again. */
export class NamesChangedMeanwhile extends Error {}

/**
 * Sets the state of rows; `reservedUntil` only for `reserved`. Throws `NamesChangedMeanwhile` if
 * one of them is no longer in a state of `from`: a reserved name can be freed, and taken back, by
 * transactions that lock another identity.
 */
export async function setNameState(
  tx: AuditedTx,
  ids: readonly string[],
  state: NameState,
  now: Date,
  {
    reservedUntil = null,
    from = ["held", "reserved"],
  }: Readonly<{ reservedUntil?: Date | null; from?: readonly NameState[] }> = {},
): Promise<void> {
  const unique = [...new Set(ids)];
  if (unique.length === 0) return;
  const changed = await tx.$executeRawUnsafe(
    `update identity_name
      set state = $2, reserved_until = $3::timestamptz, changed_at = $4::timestamptz
      where id = any($1) and state = any($5)`,
    unique,
    state,
    reservedUntil?.toISOString() ?? null,
    now.toISOString(),
    [...from],
  );
  if (changed !== unique.length) throw new NamesChangedMeanwhile();
}

/** Puts rows into a share, or takes them out of any (null). */
export async function setNameShare(
  tx: AuditedTx,
  ids: readonly string[],
  shareId: string | null,
  now: Date,
): Promise<void> {
  if (ids.length === 0) return;
  await tx.$executeRawUnsafe(
    "update identity_name set share_id = $2, changed_at = $3::timestamptz where id = any($1)",
    [...ids],
    shareId,
    now.toISOString(),
  );
}

/** Names of one identity that are not released, in the order in which they were added. */
export async function listNamesOf(query: NameQuery, identityId: string): Promise<NameRow[]> {
  return query<NameRow>(
    `select ${columns} from identity_name n
      where n.identity_id = $1 and n.state <> 'released' order by n.created_at, n.id`,
    identityId,
  );
}

/** The names of several identities, by identity. */
export async function listNamesOfMany(
  db: Database,
  identityIds: readonly string[],
): Promise<Map<string, NameRow[]>> {
  const { rows } = await db.pool.query<NameRow>(
    `select ${columns} from identity_name n
      where n.identity_id = any($1) and n.state <> 'released' order by n.created_at, n.id`,
    [identityIds],
  );
  return Map.groupBy(rows, ({ identityId }) => identityId);
}

/** Rows that are not released and overlap one of the names, of any identity. */
export async function listOverlapping(
  query: NameQuery,
  names: readonly Pick<NameRow, "type" | "form" | "value">[],
): Promise<NameOfIdentity[]> {
  if (names.length === 0) return [];
  return query<NameOfIdentity>(
    `select distinct ${nameColumns}
      from jsonb_to_recordset($1::jsonb) as x (type text, form text, value text)
      join identity_name n on n.state <> 'released'
        and n.span && tlog.name_span_of(x.type, x.form, x.value)
      join identity i on i.id = n.identity_id order by n.id`,
    JSON.stringify(names),
  );
}

/** Certificates of an identity that may still be used: pending, valid or on hold. */
export async function listCarriers(
  query: NameQuery,
  identityId: string,
  now: Date,
): Promise<Carrier[]> {
  return query<Carrier>(
    `select id, common_name as "commonName", sans, not_after as "notAfter", state, serial from certificate
      where identity_id = $1 and state in ('planned', 'issued', 'held')
        and not_after >= $2::timestamptz order by id`,
    identityId,
    now.toISOString(),
  );
}

type NameBinding = "observed" | "enforced";

export async function findNameBindingIn(query: NameQuery): Promise<NameBinding> {
  const [row] = await query<{ binding: NameBinding }>(
    "select name_binding as binding from organization",
  );
  return row?.binding ?? "enforced";
}

/** Whether names are enforced; `observed` only where the database is from before. */
export async function findNameBinding(db: Database): Promise<NameBinding> {
  const { rows } = await db.pool.query<{ name_binding: NameBinding }>({
    name: "name_binding",
    text: "select name_binding from organization",
  });
  return rows[0]?.name_binding ?? "enforced";
}

/** The shares that ended, and the rows that are their identity's own again. */
export type EndedShares = Readonly<{ ids: readonly string[]; rows: readonly NameOfIdentity[] }>;

/** Ends those of the shares in which one identity is left, or none: its names are its own again. */
export async function endSharesOfOne(
  tx: AuditedTx,
  shareIds: readonly string[],
  now: Date,
): Promise<EndedShares> {
  if (shareIds.length === 0) return { ids: [], rows: [] };
  const ended = await tx.$queryRawUnsafe<{ id: string }[]>(
    `update name_share s set state = 'ended', changed_at = $2::timestamptz
      where s.id = any($1) and s.state <> 'ended' and (select count(distinct n.identity_id)
        from identity_name n where n.share_id = s.id and n.state <> 'released') < 2
      returning s.id`,
    [...shareIds],
    now.toISOString(),
  );
  const ids = ended.map(({ id }) => id);
  const rows = await tx.$queryRawUnsafe<NameOfIdentity[]>(
    `select ${nameColumns} from identity_name n join identity i on i.id = n.identity_id
      where n.share_id = any($1) and n.state <> 'released' order by n.id`,
    ids,
  );
  await setNameShare(
    tx,
    rows.map(({ id }) => id),
    null,
    now,
  );
  return { ids, rows };
}
