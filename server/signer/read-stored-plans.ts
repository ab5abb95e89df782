import { type Database, hotPool } from "@/lib/db/database";
import type { AuthorityKeyAlgorithm } from "@/lib/pki/types";

/** A planned certificate in the database, with the entry that should record it. */
export type StoredPlan = Readonly<{
  id: string;
  state: string;
  issuerId: string;
  serial: Uint8Array;
  spkiSha256: Uint8Array;
  tbsDer: Uint8Array;
  planEntryId: string;
  profileId: string;
  profileVersion: number;
  predecessorId: string | null;
  createdAt: Date;
  identityId: string;
  identityName: string;
  identityKind: string;
  epoch: number;
  namesEpoch: number;
  authorityStatus: string;
  authoritySlug: string;
  /** SHA-256 of the certificate in the CA's row; null for a CA that has none yet. */
  authorityCertificateSha256: Uint8Array | null;
  keyId: string;
  /** Whether names that the identity doesn't hold are refused, or only reported. */
  nameBinding: "observed" | "enforced";
  entry: Uint8Array | null;
}>;

export type StoredKey = Readonly<{
  id: string;
  algorithm: AuthorityKeyAlgorithm;
  spkiDer: Uint8Array;
  sealed: Uint8Array;
}>;

const readPlansSql = {
  name: "signer_plans",
  text: `with planned as materialized (
    select c.id, c.state, c.issuer_id as "issuerId", c.serial, c.spki_sha256 as "spkiSha256", c.tbs_der as "tbsDer", c.plan_entry_id as "planEntryId",
      c.profile_id as "profileId", c.profile_version as "profileVersion", c.predecessor_id as "predecessorId", c.created_at as "createdAt",
      i.id as "identityId", i.name as "identityName", i.kind as "identityKind", i.epoch, i.names_epoch as "namesEpoch",
      a.status as "authorityStatus", a.slug as "authoritySlug", sha256(a.certificate_der) as "authorityCertificateSha256", a.key_id as "keyId",
      coalesce((select name_binding from organization), 'enforced') as "nameBinding"
    from certificate c join authority a on a.id = c.issuer_id join identity i on i.id = c.identity_id where c.id = any($1)
    ) select p.*, e.entry from planned p
      left join tlog.find_entries(array(select "planEntryId" from planned)) e on e.entry_id = p."planEntryId"`,
} as const;

/** Reads committed plans and their entries by certificate id. */
export async function readStoredPlans(
  db: Database,
  ids: readonly string[],
): Promise<Map<string, StoredPlan>> {
  const { rows } = await hotPool(db).query<StoredPlan>({ ...readPlansSql, values: [ids] });
  return new Map(rows.map((row) => [row.id, row]));
}

/** The sealed key of a CA, or null. */
export async function readStoredKey(db: Database, keyId: string): Promise<StoredKey | null> {
  const { rows } = await db.pool.query<StoredKey>({
    name: "signer_key",
    text: `select k.id, k.algorithm, k.spki_der as "spkiDer", s.sealed from signing_key k join signer.sealed_key s on s.key_id = k.id where k.id = $1`,
    values: [keyId],
  });
  return rows[0] ?? null;
}
