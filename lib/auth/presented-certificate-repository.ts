import type { Database } from "@/lib/db/database";

export type PresentedRow = Readonly<{
  id: string; serial: Buffer; state: string; not_before: Date; not_after: Date; identity_id: string; identity_name: string; identity_status: string; identity_kind: string;
}>;

/** Prepared in pg: it runs on every request that a certificate authenticates. */
export async function findPresentedCertificate(db: Database, fingerprintSha256: Buffer): Promise<PresentedRow | null> {
  const { rows } = await db.pool.query<PresentedRow>({
    name: "find-presented-certificate",
    text: `select c.id, c.serial, c.state, c.not_before, c.not_after, i.id as identity_id, i.name as identity_name, i.status as identity_status, i.kind as identity_kind
      from certificate c join identity i on i.id = c.identity_id where c.fingerprint_sha256 = $1`,
    values: [fingerprintSha256],
  });
  return rows[0] ?? null;
}
