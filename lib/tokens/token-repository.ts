import { type Database, hotPool } from "@/lib/db/database";
import { listIdsByWords } from "@/lib/db/list-ids-by-words";
import { dayMs } from "@/lib/format/time-units";
import { makeGroupCommit } from "@/lib/db/group-commit";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import { factRun } from "@/lib/log/pure/search-tokens";
import { findNewestTimes } from "@/lib/log/segments/find-entries";
import type { TokenQuery, TokenStatus } from "./schema";

export type TokenRow = Readonly<{
  id: string;
  name: string;
  role: string;
  identityId: string | null;
  secretHash: Uint8Array;
  hint: string;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  parentId: string | null;
  accountId: string | null;
  lineage: readonly string[];
}>;
type NamedRow = Readonly<{ id: string; name: string }>;
export type TokenListRow = TokenRow &
  Readonly<{
    identity: NamedRow | null;
    parent: NamedRow | null;
    account: Readonly<{ id: string; email: string }> | null;
    lastUsedAt: Date | null;
  }>;

const named = { select: { id: true, name: true } } as const;
const withMaker = {
  identity: named,
  parent: named,
  account: { select: { id: true, email: true } },
} as const;

export async function insertToken(tx: AuditedTx, row: TokenRow): Promise<void> {
  await tx.apiToken.create({
    data: {
      ...row,
      secretHash: Uint8Array.from(row.secretHash),
      lineage: [...row.lineage],
    },
  });
}

/** False if it was revoked before: the date is never rewritten. */
export async function revokeTokenRow(tx: AuditedTx, id: string, now: Date): Promise<boolean> {
  const { count } = await tx.apiToken.updateMany({
    where: { id, revokedAt: null },
    data: { revokedAt: now },
  });
  return count === 1;
}

export async function findTokenRow(db: Database, id: string): Promise<TokenListRow | null> {
  const row = await db.prisma.apiToken.findUnique({ where: { id }, include: withMaker });
  return row && { ...row, lastUsedAt: (await findLastUses(db, [id])).get(id) ?? null };
}

/** Newest first by id. */
export async function listTokenRows(
  db: Database,
  query: TokenQuery,
  now: Date,
  take: number,
): Promise<TokenListRow[]> {
  const { status, role, q, account, madeWith, unusedForDays, cursor } = query;
  const unused =
    unusedForDays === undefined
      ? null
      : await findUnusedIds(db, now, new Date(now.getTime() - unusedForDays * dayMs));
  const rows = await db.prisma.apiToken.findMany({
    where: {
      AND: [
        status ? whereStatus(status, now) : {},
        role ? { role } : {},
        account ? { accountId: account } : {},
        madeWith ? { lineage: { has: madeWith } } : {},
        unused ? { id: { in: unused } } : {},
        q ? { id: { in: await listIdsByWords(db, "api_token", q) } } : {},
        cursor ? { id: { lt: cursor } } : {},
      ],
    },
    include: withMaker,
    orderBy: { id: "desc" },
    take,
  });
  const ids = rows.map(({ id }) => id);
  const lastUses = await findLastUses(db, ids);
  return rows.map((row) => ({ ...row, lastUsedAt: lastUses.get(row.id) ?? null }));
}

/**
 * When tokens were last used, from the log's search index: each request with a token is an entry, so
 * nothing else has to be written to know that. Those that never were, or not since, are missing.
 */
async function findLastUses(
  db: Database,
  ids: readonly string[],
  since: Date | null = null,
): Promise<Map<string, Date>> {
  const runs = new Map(ids.map((id) => [factRun("actorId", id), id]));
  const newest = await findNewestTimes(db, [...runs.keys()], since);
  return new Map([...newest].map(([run, at]) => [runs.get(run) ?? "", at]));
}

/** Active tokens that were neither used nor made since. */
async function findUnusedIds(db: Database, now: Date, since: Date): Promise<string[]> {
  const { rows } = await db.pool.query<{ id: string }>({
    name: "find-unused-tokens",
    text: "select id from api_token where revoked_at is null and (expires_at is null or expires_at > $1) and created_at < $2",
    values: [now, since],
  });
  const used = await findLastUses(
    db,
    rows.map(({ id }) => id),
    since,
  );
  return rows.map(({ id }) => id).filter((id) => !used.has(id));
}

function whereStatus(status: TokenStatus, now: Date) {
  if (status === "revoked") return { revokedAt: { not: null } };
  return {
    revokedAt: null,
    OR:
      status === "expired"
        ? [{ expiresAt: { lte: now } }]
        : [{ expiresAt: null }, { expiresAt: { gt: now } }],
  };
}

/** The current identity of a service token. */
export async function findTokenIdentity(
  db: Database,
  id: string,
): Promise<{ id: string; name: string; status: string; kind: string } | null> {
  return db.prisma.identity.findUnique({
    where: { id },
    select: { id: true, name: true, status: true, kind: true },
  });
}

/** A token with what it depends on: its identity, its account and the tokens it was made with. */
export type BearerRow = Readonly<{
  id: string;
  name: string;
  role: string;
  identity_id: string | null;
  identity_status: string | null;
  expires_at: Date | null;
  revoked_at: Date | null;
  /** What it depends on; null for a token that was made on the command line. */
  maker: Readonly<{
    accountStatus?: string;
    accountRole?: string;
    /** One of the tokens that it was made with is revoked. */
    revoked?: boolean;
    /** When the first of them expires. */
    expiresAt?: string | null;
  }> | null;
}>;

type FindToken = (secretHash: Uint8Array) => Promise<BearerRow | null>;
const maxBatch = 200;
const finders = new WeakMap<Database, FindToken>();

/**
 * Requests of one moment share a look: each is answered by a query that began after it came in, so
 * nothing is ever remembered.
 */
function finderOf(db: Database): FindToken {
  const known = finders.get(db);
  if (known) return known;
  const made = makeGroupCommit<Uint8Array, BearerRow | null>({
    maxBatch: maxBatch,
    concurrency: 2,
    work: (hashes) => findTokens(db, hashes),
  });
  finders.set(db, made);
  return made;
}

/** Prepared in pg: it runs for every request of a program. */
async function findTokens(
  db: Database,
  hashes: readonly Uint8Array[],
): Promise<(BearerRow | null)[]> {
  const keys = hashes.map((hash) => Buffer.from(hash).toString("hex"));
  const { rows } = await hotPool(db).query<BearerRow & { secret_hash: Buffer }>({
    name: "find-tokens-by-secret",
    text: `select t.secret_hash, t.id, t.name, t.role, t.identity_id, i.status as identity_status, t.expires_at, t.revoked_at,
        case when t.account_id is not null or t.lineage <> '{}' then tlog.token_maker(t.account_id, t.lineage) end as maker
      from api_token t left join identity i on i.id = t.identity_id where t.secret_hash = any($1::bytea[])`,
    values: [[...new Set(keys)].map((key) => Buffer.from(key, "hex"))],
  });
  const byKey = new Map(rows.map((row) => [row.secret_hash.toString("hex"), row]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** The hash of a token's secret. */
export async function findTokenHash(db: Database, id: string): Promise<Uint8Array | null> {
  const row = await db.prisma.apiToken.findUnique({ where: { id }, select: { secretHash: true } });
  return row && row.secretHash;
}

/** The current token whose secret has this hash. */
export function findTokenBySecret(db: Database, secretHash: Uint8Array): Promise<BearerRow | null> {
  return finderOf(db)(secretHash);
}
