import { type Database, hotPool } from "@/lib/db/database";
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

/** An account with what bound it, as the columns of one row. */
export type FlatAccount = AcmeAccountRow &
  Readonly<{
    identityName: string;
    identityStatus: string;
    identityKind: string;
    keyRevokedAt: Date | null;
    keyProfiles: readonly string[] | null;
    keyNames: readonly string[] | null;
    secretRevokedAt: Date | null;
    secretProfile: string | null;
  }>;

/** Each signed request needs an account with what bound it: one statement for all of it. */
export const accountColumns = `a.id, a.key_id as "keyId", a.secret_id as "secretId",
    a.identity_id as "identityId", a.jwk, a.thumbprint, a.contact, a.status,
    a.created_at as "createdAt", a.changed_at as "changedAt",
    i.name as "identityName", i.status as "identityStatus", i.kind as "identityKind",
    k.revoked_at as "keyRevokedAt", k.profiles as "keyProfiles", k.names as "keyNames",
    s.revoked_at as "secretRevokedAt", p.slug as "secretProfile"`;
/** What is joined to `acme_account a` for them. */
export const boundTables = `join identity i on i.id = a.identity_id
    left join acme_key k on k.id = a.key_id
    left join enrollment_secret s on s.id = a.secret_id
    left join profile p on p.id = s.profile_id`;
const selectAccount = `select ${accountColumns} from acme_account a ${boundTables}`;

export function accountOf(row: FlatAccount | undefined): FoundAccount | null {
  if (row === undefined) return null;
  const { id, keyId, secretId, identityId, jwk, thumbprint, contact, status } = row;
  const { identityName: name, identityStatus, identityKind: kind, createdAt, changedAt } = row;
  const { keyRevokedAt, keyProfiles, keyNames, secretRevokedAt, secretProfile } = row;
  return {
    id,
    keyId,
    secretId,
    identityId,
    jwk,
    thumbprint,
    contact,
    status,
    createdAt,
    changedAt,
    identity: { id: identityId, name, status: identityStatus, kind },
    key:
      keyId === null
        ? null
        : { revokedAt: keyRevokedAt, profiles: keyProfiles ?? [], names: keyNames ?? [] },
    secret:
      secretId === null
        ? null
        : { revokedAt: secretRevokedAt, profile: { slug: secretProfile ?? "" } },
  };
}

/** By its id, exactly. */
export async function findAccountById(db: Database, id: string): Promise<FoundAccount | null> {
  const { rows } = await hotPool(db).query<FlatAccount>({
    name: "acme-account-by-id",
    text: `${selectAccount} where a.id = $1`,
    values: [id],
  });
  return accountOf(rows[0]);
}

export async function findAccountByThumbprint(
  db: Database,
  thumbprint: string,
): Promise<FoundAccount | null> {
  const { rows } = await db.pool.query<FlatAccount>({
    name: "acme-account-by-thumbprint",
    text: `${selectAccount} where a.thumbprint = $1`,
    values: [thumbprint],
  });
  return accountOf(rows[0]);
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
  const { rowCount } = await hotPool(db).query({
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
