import type { Database } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import type { AuditedTx } from "@/lib/log/audited-transaction";
import type { TokenQuery, TokenStatus } from "@/lib/tokens/schema";

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
}>;
export type TokenListRow = TokenRow &
  Readonly<{ identity: Readonly<{ id: string; name: string }> | null }>;

const withIdentity = { identity: { select: { id: true, name: true } } } as const;

export async function insertToken(tx: AuditedTx, row: TokenRow): Promise<void> {
  await tx.apiToken.create({ data: { ...row, secretHash: Uint8Array.from(row.secretHash) } });
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
  return db.prisma.apiToken.findUnique({ where: { id }, include: withIdentity });
}

/** Newest first by id. */
export async function listTokenRows(
  db: Database,
  query: TokenQuery,
  now: Date,
  take: number,
): Promise<TokenListRow[]> {
  const { status, role, cursor } = query;
  const where = {
    ...(status ? whereStatus(status, now) : {}),
    ...(role ? { role } : {}),
    ...(cursor ? { id: { lt: cursor } } : {}),
  };
  return db.prisma.apiToken.findMany({
    where,
    include: withIdentity,
    orderBy: { id: "desc" },
    take,
  });
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

/** The identity that a service token speaks for, as it stands. */
export async function findTokenIdentity(
  db: Database,
  id: string,
): Promise<{ id: string; name: string; status: string; kind: string } | null> {
  return db.prisma.identity.findUnique({
    where: { id },
    select: { id: true, name: true, status: true, kind: true },
  });
}

export type BearerRow = Readonly<{
  id: string;
  name: string;
  role: string;
  identity_id: string | null;
  identity_status: string | null;
  expires_at: Date | null;
  revoked_at: Date | null;
}>;

type Look = (secretHash: Uint8Array) => Promise<BearerRow | null>;
const mostTogether = 200;
const looks = new WeakMap<Database, Look>();

/** Requests of one moment share a look: each is answered by a query that began after it came in, so nothing is ever remembered. */
function lookOf(db: Database): Look {
  const known = looks.get(db);
  if (known) return known;
  const made = makeGroupCommit<Uint8Array, BearerRow | null>({
    maxBatch: mostTogether,
    lanes: 2,
    work: (hashes) => findTokens(db, hashes),
  });
  looks.set(db, made);
  return made;
}

/** Prepared in pg: it runs for every request of a program. */
async function findTokens(
  db: Database,
  hashes: readonly Uint8Array[],
): Promise<(BearerRow | null)[]> {
  const keys = hashes.map((hash) => Buffer.from(hash).toString("hex"));
  const { rows } = await db.pool.query<BearerRow & { secret_hash: Buffer }>({
    name: "find-tokens-by-secret",
    text: `select t.secret_hash, t.id, t.name, t.role, t.identity_id, i.status as identity_status, t.expires_at, t.revoked_at
      from api_token t left join identity i on i.id = t.identity_id where t.secret_hash = any($1::bytea[])`,
    values: [[...new Set(keys)].map((key) => Buffer.from(key, "hex"))],
  });
  const byKey = new Map(rows.map((row) => [row.secret_hash.toString("hex"), row]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** The token with this hash of its secret, as it stands now. */
export function findTokenBySecret(db: Database, secretHash: Uint8Array): Promise<BearerRow | null> {
  return lookOf(db)(secretHash);
}
