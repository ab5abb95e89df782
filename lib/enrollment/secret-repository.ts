import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

export type SecretRow = Readonly<{
  id: string;
  identityId: string;
  profileId: string;
  secretHash: Uint8Array;
  /** The HMAC key of its ACME bindings; null if it makes no account. */
  sealed: Uint8Array | null;
  networks: readonly string[];
  uses: number;
  used: number;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  accountId: string | null;
  lineage: readonly string[];
}>;
export type FoundSecret = SecretRow &
  Readonly<{
    identity: Readonly<{ id: string; name: string; status: string }>;
    profile: Readonly<{ slug: string }>;
  }>;

const related = {
  identity: { select: { id: true, name: true, status: true } },
  profile: { select: { slug: true } },
} as const;

export async function insertSecret(tx: AuditedTx, row: SecretRow): Promise<void> {
  const { revokedAt: _never, ...data } = row;
  await tx.enrollmentSecret.create({
    data: {
      ...data,
      secretHash: Uint8Array.from(row.secretHash),
      sealed: row.sealed && Uint8Array.from(row.sealed),
      networks: [...row.networks],
      lineage: [...row.lineage],
    },
  });
}

/** False if it was revoked before. */
export async function revokeSecretRow(tx: AuditedTx, id: string, now: Date): Promise<boolean> {
  const { count } = await tx.enrollmentSecret.updateMany({
    where: { id, revokedAt: null },
    data: { revokedAt: now },
  });
  return count === 1;
}

/**
 * Counts one use, if there is one left and nothing else ended it meanwhile; returns which one it is.
 * Whoever counts at the same time waits for the row.
 */
export async function countUse(
  tx: AuditedTx,
  { id, identityId, profileId }: Readonly<{ id: string; identityId: string; profileId: string }>,
  now: Date,
): Promise<number | null> {
  const [row] = await tx.$queryRaw<{ used: number }[]>`
    update enrollment_secret set used = used + 1
      where id = ${id} and identity_id = ${identityId} and profile_id = ${profileId} and used < uses and revoked_at is null and expires_at > ${now}
      returning used`;
  return row?.used ?? null;
}

export function findSecretById(db: Database, id: string): Promise<FoundSecret | null> {
  return db.prisma.enrollmentSecret.findUnique({ where: { id }, include: related });
}

export function findSecretByHash(db: Database, hash: Uint8Array): Promise<FoundSecret | null> {
  return db.prisma.enrollmentSecret.findUnique({
    where: { secretHash: Uint8Array.from(hash) },
    include: related,
  });
}

/** Newest first. */
export function listSecretRows(db: Database, identityId: string): Promise<FoundSecret[]> {
  return db.prisma.enrollmentSecret.findMany({
    where: { identityId },
    include: related,
    orderBy: { id: "desc" },
    take: 200,
  });
}
