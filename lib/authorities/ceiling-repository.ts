import type { Database } from "@/lib/db/database";
import type { Ceiling } from "@/lib/pki/ceiling/ceiling";

export type CeilingRow = Readonly<{
  keyId: string;
  version: number;
  rules: Ceiling;
  setBy: string;
  createdAt: Date;
}>;

/** The newest ceiling of each of these keys, as the signer set it. */
export async function findCeilings(
  db: Database,
  keyIds: readonly string[],
): Promise<ReadonlyMap<string, CeilingRow>> {
  const { rows } = await db.pool.query<CeilingRow>(
    `select distinct on (key_id) key_id as "keyId", version, rules, set_by as "setBy", created_at as "createdAt"
     from ceiling where key_id = any($1) order by key_id, version desc`,
    [keyIds],
  );
  return new Map(rows.map((row) => [row.keyId, row]));
}

/** Those of these pending authorities whose planned certificate waits for its signature. */
export async function findWaitingAuthorities(
  db: Database,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await db.pool.query<{ id: string }>(
    `select a.id from authority a join signing_key k on k.id = a.key_id
     where a.id = any($1) and exists (select from certificate c where c.spki_sha256 = sha256(k.spki_der) and c.state = 'planned')`,
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}
