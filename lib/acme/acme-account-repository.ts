import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type AcmeAccountRow = Readonly<{
  id: string;
  /** What bound it: one of both. */
  keyId: string | null;
  secretId: string | null;
  identityId: string;
  jwk: string;
  thumbprint: string;
  contact: readonly string[];
  status: string;
  createdAt: Date;
  changedAt: Date;
}>;
export type FoundAccount = AcmeAccountRow &
  Readonly<{
    identity: Readonly<{ id: string; name: string; status: string; kind: string }>;
    key: Readonly<{
      revokedAt: Date | null;
      profiles: readonly string[];
      names: readonly string[];
    }> | null;
    secret: Readonly<{
      revokedAt: Date | null;
      profile: Readonly<{ slug: string }>;
    }> | null;
  }>;

const withBinding = {
  identity: { select: { id: true, name: true, status: true, kind: true } },
  key: { select: { revokedAt: true, profiles: true, names: true } },
  secret: { select: { revokedAt: true, profile: { select: { slug: true } } } },
} as const;

/** By its id, exactly. */
export function findAccountById(db: Database, id: string): Promise<FoundAccount | null> {
  return db.prisma.acmeAccount.findUnique({ where: { id }, include: withBinding });
}

export function findAccountByThumbprint(
  db: Database,
  thumbprint: string,
): Promise<FoundAccount | null> {
  return db.prisma.acmeAccount.findUnique({ where: { thumbprint }, include: withBinding });
}

export async function insertAccount(tx: AuditedTx, row: AcmeAccountRow): Promise<void> {
  await tx.acmeAccount.create({ data: { ...row, contact: [...row.contact] } });
}

/** False if it is not valid any more. */
export async function updateAccountRow(
  tx: AuditedTx,
  id: string,
  change: Partial<Pick<AcmeAccountRow, "jwk" | "thumbprint" | "contact" | "status">>,
  now: Date,
): Promise<boolean> {
  const { contact, ...rest } = change;
  const { count } = await tx.acmeAccount.updateMany({
    where: { id, status: "valid" },
    data: { ...rest, ...(contact === undefined ? {} : { contact: [...contact] }), changedAt: now },
  });
  return count === 1;
}

/** Marks a nonce as used; false if it was used before, whatever node it came to. */
export async function takeNonce(
  db: Database,
  nonce: Uint8Array,
  expiresAt: Date,
): Promise<boolean> {
  const { rowCount } = await db.pool.query({
    name: "take-acme-nonce",
    text: "insert into acme_nonce (nonce, expires_at) values ($1, $2) on conflict do nothing",
    values: [Buffer.from(nonce), expiresAt.toISOString()],
  });
  return rowCount === 1;
}

/** Drops marks of nonces that are refused by their time anyway. */
export async function forgetNonces(db: Database, now: Date): Promise<void> {
  await db.pool.query("delete from acme_nonce where expires_at < $1", [now.toISOString()]);
}
