import type { Database } from "@/lib/db/database";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";

/** What exists of an identity that would carry a power that is conferred on it. */
export type ExistingRow = Readonly<{
  id: string;
  name: string;
  kind: string;
  status: string;
  owner: string;
  networks: readonly string[];
  /** Planned, valid and on hold; oldest first. */
  certificates: readonly ExistingCertificate[];
  /** SHA-256 of each key that it ever had and that is not blocked, in hexadecimal. */
  keys: readonly string[];
  /** Of these, whose private key Chancery made. */
  serverKeys: readonly string[];
  /** API tokens that still work. */
  tokens: readonly ExistingToken[];
  /** `type:value`, with the share if others hold it too. */
  names: readonly string[];
}>;
export type ExistingCertificate = Readonly<{
  id: string;
  serial: string;
  state: string;
  requestedBy: string;
  requestedAt: string;
  notAfter: string;
  serverKey: boolean;
}>;
export type ExistingToken = Readonly<{
  id: string;
  name: string;
  createdBy: string;
  createdAt: string;
}>;

const isoText = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

// One statement, so that the parts are of one moment. $1 are the identities, $2 is the time.
const selectExisting = `select i.id, i.name, i.kind, i.status, i.owner, i.networks,
  coalesce((select json_agg(json_build_object('id', c.id, 'serial', encode(c.serial, 'hex'), 'state', c.state, 'requestedBy', c.requested_by,
      'requestedAt', ${isoText("c.created_at")}, 'notAfter', ${isoText("c.not_after")}, 'serverKey', c.server_key) order by c.created_at, c.id)
    from certificate c where c.identity_id = i.id and c.state in ('planned', 'issued', 'held') and c.not_after > $2), '[]') as certificates,
  array(select encode(k.spki_sha256, 'hex') from public_key k where k.identity_id = i.id and not k.blocked order by k.spki_sha256) as keys,
  array(select encode(k.spki_sha256, 'hex') from public_key k where k.identity_id = i.id and not k.blocked
    and exists (select from certificate c where c.spki_sha256 = k.spki_sha256 and c.server_key) order by k.spki_sha256) as "serverKeys",
  coalesce((select json_agg(json_build_object('id', t.id, 'name', t.name, 'createdBy', t.created_by, 'createdAt', ${isoText("t.created_at")}) order by t.id)
    from api_token t where t.identity_id = i.id and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)), '[]') as tokens,
  array(select n.type || ':' || n.value || case when n.form = 'prefix' then '*' else '' end || coalesce(' ' || n.share_id, '') from identity_name n where n.identity_id = i.id and n.state <> 'released' order by 1) as names
  from identity i where i.id = any($1::text[]) order by i.id desc`;

/** Of each of the identities, newest first. */
export async function listExisting(
  { pool }: Pick<Database, "pool">,
  identityIds: readonly string[],
  now: Date,
): Promise<ExistingRow[]> {
  const { rows } = await pool.query<ExistingRow>({
    name: "existing-of-identities",
    text: selectExisting,
    values: [identityIds, now],
  });
  return rows;
}

/** The caller has locked the identity. */
export async function findExistingInTx(
  tx: AuditedTx,
  identityId: string,
  now: Date,
): Promise<ExistingRow | null> {
  const rows = await tx.$queryRawUnsafe<ExistingRow[]>(selectExisting, [identityId], now);
  return rows[0] ?? null;
}
