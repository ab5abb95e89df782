import type { Database } from "@/lib/db/database";
import { intermediateProfile } from "@/lib/pki/trust-domain";

export async function findOrganizationName(db: Database): Promise<string | null> {
  return (await db.prisma.organization.findFirst({ select: { name: true } }))?.name ?? null;
}

/**
 * Null for a new key. `identityId`: whose it is; null if it was blocked before it was anyone's.
 * `certified`: a certificate that is no CA's was requested for it.
 */
export async function findKeyOwner(
  db: Database,
  spkiSha256: Uint8Array,
): Promise<Readonly<{ identityId: string | null; blocked: boolean; certified: boolean }> | null> {
  const { rows } = await db.pool.query<{
    identityId: string | null;
    blocked: boolean;
    certified: boolean;
  }>(
    `select k.identity_id as "identityId", k.blocked, exists (
       select from certificate c join profile p on p.id = c.profile_id
         where c.spki_sha256 = k.spki_sha256 and not (p.system and p.slug = $2)) as certified
     from public_key k where k.spki_sha256 = $1`,
    [Buffer.from(spkiSha256), intermediateProfile],
  );
  return rows[0] ?? null;
}
