import { type Database, hotPool } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import { wordsCondition } from "@/lib/db/words-condition";
import { readDirection } from "@/lib/format/keyset-page";
import { idsOf } from "@/lib/format/search-text";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import { powersColumn } from "./power-repository";
import type { IdentityPower, IdentityQuery } from "./schema";
import { insertNames } from "./name-repository";
import type { NameRow } from "./types";

export type IdentityRow = Readonly<{
  id: string;
  kind: string;
  name: string;
  owner: string;
  status: string;
  note: string;
  networks: readonly string[];
  /**
   * Raised with every change of name, status, networks, power or names that takes away or confers.
   */
  epoch: number;
  /** Raised with every addition of names. */
  namesEpoch: number;
  createdAt: Date;
  changedAt: Date;
}>;
/** With its powers and held names, read in one look with the epoch that they belong to. */
export type IdentityWithPowers = IdentityRow &
  Readonly<{ powers: readonly IdentityPower[]; names: readonly HeldRow[] }>;
export type IdentityCounts = Readonly<{
  valid: number;
  expired: number;
  held: number;
  revoked: number;
}>;

const identityColumns = `i.id, i.kind, i.name, i.owner, i.status, i.note, i.networks, i.epoch, i.names_epoch as "namesEpoch", i.created_at as "createdAt", i.changed_at as "changedAt"`;

/** Inserts an identity together with its own name, which it holds as a common name. */
export async function insertIdentity(tx: AuditedTx, row: IdentityRow): Promise<void> {
  await tx.identity.create({ data: { ...row, networks: [...row.networks] } });
  await insertNames(tx, [ownNameRow(row)]);
}

const ownNameRow = (row: IdentityRow): NameRow => ({
  id: `nam_${row.id.slice(4)}`,
  identityId: row.id,
  type: "cn",
  form: "exact",
  value: row.name,
  state: "held",
  shareId: null,
  origin: "identity",
  reservedUntil: null,
  createdAt: row.createdAt,
  changedAt: row.createdAt,
});

export async function updateIdentityRow(
  tx: AuditedTx,
  id: string,
  data: Partial<Pick<IdentityRow, "name" | "owner" | "note" | "networks">> & { changedAt: Date },
): Promise<void> {
  const { networks, ...rest } = data;
  await tx.identity.update({
    where: { id },
    data: {
      ...rest,
      epoch: { increment: 1 },
      ...(networks === undefined ? {} : { networks: [...networks] }),
    },
  });
}

/** False if it had that status already. */
export async function setIdentityStatus(
  tx: AuditedTx,
  id: string,
  status: "active" | "suspended",
  now: Date,
): Promise<boolean> {
  const { count } = await tx.identity.updateMany({
    where: { id, status: { not: status } },
    data: { status, changedAt: now, epoch: { increment: 1 } },
  });
  return count === 1;
}

/** Reads the row and locks it until the transaction ends. */
export async function lockIdentity(tx: AuditedTx, id: string): Promise<IdentityRow | null> {
  await tx.$queryRaw`select id from identity where id = ${id} for update`;
  return tx.identity.findUnique({ where: { id } });
}

/** What was decided about the identity before no longer counts: plans are decided again. */
export async function raiseEpoch(tx: AuditedTx, id: string): Promise<void> {
  await tx.identity.update({ where: { id }, data: { epoch: { increment: 1 } } });
}

/** A name that an identity holds, as far as issuing needs it. */
export type HeldRow = Pick<NameRow, "id" | "type" | "form" | "value">;

type FindIdentity = (id: string) => Promise<IdentityWithPowers | null>;
const maxBatch = 200;
const finders = new WeakMap<Database["pool"], FindIdentity>();

/**
 * An identity with its powers and the names that it holds. Prepared, because issuing reads it for
 * each certificate (through a cache of two seconds), and all that are read at the same time share a
 * statement, which starts after each of them was asked for.
 */
export function findIdentityRow(
  db: Pick<Database, "pool">,
  id: string,
): Promise<IdentityWithPowers | null> {
  const { pool } = db;
  // No row has it, and PostgreSQL would refuse it for everyone in the batch.
  if (id.includes("\0")) return Promise.resolve(null);
  const finder: FindIdentity =
    finders.get(pool) ??
    makeGroupCommit({ maxBatch, concurrency: 2, work: (ids) => findIdentityRows(pool, ids) });
  finders.set(pool, finder);
  return finder(id);
}

async function findIdentityRows(
  pool: Database["pool"],
  ids: readonly string[],
): Promise<(IdentityWithPowers | null)[]> {
  const { rows } = await hotPool({ pool }).query<IdentityWithPowers>({
    name: "identities_by_id",
    text: `select ${identityColumns},
        ${powersColumn} as powers,
        coalesce((select json_agg(json_build_object('id', n.id, 'type', n.type, 'form', n.form, 'value', n.value))
          from identity_name n where n.identity_id = i.id and n.state = 'held'), '[]') as names
      from identity i where i.id = any($1::text[])`,
    values: [[...new Set(ids)]],
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** Null also where identities of two kinds have the name. */
export async function findIdentityByIdOrName(
  db: Database,
  ref: string,
): Promise<IdentityRow | null> {
  const rows = await db.prisma.identity.findMany({
    where: { kind: { not: "system" }, OR: [{ id: ref }, { name: ref }] },
    take: 2,
  });
  return rows.length === 1 ? (rows[0] ?? null) : null;
}

export async function findIdentityByName(
  db: Database,
  kind: string,
  name: string,
): Promise<IdentityRow | null> {
  return db.prisma.identity.findUnique({ where: { kind_name: { kind, name } } });
}

/**
 * Newest first, or, before a cursor that leads back, the nearest first; `among`: only of these. Chancery's own identities only if the query is for kind
 * "system" or names ids. Each word of a search is a part of the name or
 * owner.
 */
export async function listIdentityRows(
  db: Database,
  query: IdentityQuery,
  take: number,
  among: readonly string[] | null = null,
): Promise<IdentityRow[]> {
  const { where, values } = conditionOf(query, among);
  const order = readDirection(query.cursor).backward ? "asc" : "desc";
  const { rows } = await db.pool.query<IdentityRow>({
    text: `select ${identityColumns} from identity i where ${where} order by i.id ${order} limit $${values.push(take)}`,
    values,
  });
  return rows;
}

/** How many there are, counted as far as `limit`. */
export async function countIdentityRows(
  db: Database,
  query: IdentityQuery,
  limit: number,
  among: readonly string[] | null,
): Promise<number> {
  const { where, values } = conditionOf({ ...query, cursor: undefined }, among);
  const { rows } = await db.pool.query<{ n: number }>({
    text: `select count(*)::int as n from (select from identity i where ${where} limit $${values.push(limit)}) counted`,
    values,
  });
  return rows[0]?.n ?? 0;
}

/** Those with these ids, by id. */
export async function findIdentitiesById(
  db: Database,
  ids: readonly string[],
): Promise<IdentityRow[]> {
  const { rows } = await db.pool.query<IdentityRow>({
    text: `select ${identityColumns} from identity i where i.id = any($1::text[]) order by i.id`,
    values: [ids.filter((id) => !id.includes("\0"))],
  });
  return rows;
}

function conditionOf(
  { kind, status, q, ids, cursor }: IdentityQuery,
  among: readonly string[] | null,
): Readonly<{ where: string; values: unknown[] }> {
  const texts: string[] = [];
  const values: unknown[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  if (kind) texts.push(`i.kind = ${parameter(kind)}`);
  else if (among === null) texts.push("i.kind <> 'system'");
  if (status) texts.push(`i.status = ${parameter(status)}`);
  const { backward, text } = readDirection(cursor);
  if (text) texts.push(`i.id ${backward ? ">" : "<"} ${parameter(text)}`);
  if (ids !== undefined) texts.push(`i.id = any(${parameter(idsOf(ids))}::text[])`);
  if (among) texts.push(`i.id = any(${parameter(among)}::text[])`);
  if (q) texts.push(wordsCondition(q, searched, parameter));
  return { where: texts.map((text) => `(${text})`).join(" and ") || "true", values };
}

const searched = { id: "i.id", folded: "i.search_text" } as const;

export async function countCertificatesOf(
  db: Database,
  identityIds: readonly string[],
  now: Date,
): Promise<Map<string, IdentityCounts>> {
  const { rows } = await db.pool.query<IdentityCounts & { id: string }>({
    name: "identity_certificate_counts",
    text: `select identity_id as id, count(*) filter (where state = 'issued' and not_after >= $2)::int as valid,
        count(*) filter (where state = 'issued' and not_after < $2)::int as expired, count(*) filter (where state = 'held')::int as held, count(*) filter (where state = 'revoked')::int as revoked
      from certificate where identity_id = any($1) group by identity_id`,
    values: [identityIds, now],
  });
  return new Map(rows.map(({ id, ...counts }) => [id, counts]));
}
