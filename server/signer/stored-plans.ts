import type { Database } from "@/lib/db/database";
import type { AuthorityKeyAlgorithm } from "@/lib/pki/types";

/** A planned certificate as the signer finds it in the database, with the entry that claims to have recorded it. */
export type StoredPlan = Readonly<{
  id: string;
  state: string;
  issuerId: string;
  serial: Uint8Array;
  spkiSha256: Uint8Array;
  tbsDer: Uint8Array;
  planEntryId: string;
  profileKind: string;
  authorityStatus: string;
  /** Null while the authority has no certificate of its own yet. */
  issuerCertificateDer: Uint8Array | null;
  keyId: string;
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
  text: `select c.id, c.state, c.issuer_id as "issuerId", c.serial, c.spki_sha256 as "spkiSha256", c.tbs_der as "tbsDer", c.plan_entry_id as "planEntryId",
      p.rules ->> 'kind' as "profileKind", a.status as "authorityStatus", a.key_id as "keyId"
    from certificate c join authority a on a.id = c.issuer_id join profile p on p.id = c.profile_id where c.id = any($1)`,
} as const;
const readEntriesSql = {
  name: "signer_entries",
  text: "select entry_id, entry from tlog.find_entries($1)",
} as const;
const readIssuersSql = {
  name: "signer_issuers",
  text: "select id, certificate_der from authority where id = any($1)",
} as const;

/** Reads committed plans and their entries by certificate id, in three statements for any number of ids. */
export async function readStoredPlans(
  db: Database,
  ids: readonly string[],
): Promise<Map<string, StoredPlan>> {
  const plans = await db.pool.query<Omit<StoredPlan, "entry" | "issuerCertificateDer">>({
    ...readPlansSql,
    values: [ids],
  });
  const entries = await db.pool.query<{ entry_id: string; entry: Uint8Array }>({
    ...readEntriesSql,
    values: [plans.rows.map((row) => row.planEntryId)],
  });
  const issuers = await db.pool.query<{ id: string; certificate_der: Uint8Array | null }>({
    ...readIssuersSql,
    values: [[...new Set(plans.rows.map((row) => row.issuerId))]],
  });
  const issuerById = new Map(issuers.rows.map((row) => [row.id, row.certificate_der]));
  const entryById = new Map(entries.rows.map((row) => [row.entry_id, row.entry]));
  return new Map(
    plans.rows.map((row) => [
      row.id,
      {
        ...row,
        issuerCertificateDer: issuerById.get(row.issuerId) ?? null,
        entry: entryById.get(row.planEntryId) ?? null,
      },
    ]),
  );
}

/** The sealed key of an authority, or null. */
export async function readStoredKey(db: Database, keyId: string): Promise<StoredKey | null> {
  const { rows } = await db.pool.query<StoredKey>({
    name: "signer_key",
    text: `select id, algorithm, spki_der as "spkiDer", sealed from signing_key where id = $1`,
    values: [keyId],
  });
  return rows[0] ?? null;
}
