import { ownLeftOut, stateConditions } from "@/lib/certificates/certificate-state-repository";
import type { Database } from "@/lib/db/database";
import type { ReportCounts } from "./schema";

type Db = Pick<Database, "pool">;
const { valid, expired, held, revoked } = stateConditions("$1");
const noSuccessor = "not exists (select from certificate s where s.predecessor_id = c.id)";
const neverUsed = "not exists (select from custody.use u where u.certificate_id = c.id)";

/** Certificates of the organization by state; Chancery's own are left out. */
export async function countForReport({ pool }: Db, now: Date): Promise<ReportCounts> {
  const { rows } = await pool.query<ReportCounts>({
    name: "report_counts",
    values: [now],
    text: `select count(*) filter (where ${valid})::int as valid, count(*) filter (where ${expired})::int as expired,
        count(*) filter (where ${held})::int as held, count(*) filter (where ${revoked})::int as revoked,
        count(*) filter (where ${valid} and c.not_after < $1::timestamptz + interval '30 days' and ${noSuccessor})::int as "expiring30",
        count(*) filter (where ${valid} and c.not_after < $1::timestamptz + interval '90 days' and ${noSuccessor})::int as "expiring90",
        count(*) filter (where ${valid} and ${neverUsed})::int as "neverUsed",
        count(*) filter (where ${valid} and c.server_key)::int as "serverKeys"
      from certificate c where ${ownLeftOut}`,
  });
  return rows[0] ?? noCounts;
}

const noCounts: ReportCounts = {
  valid: 0,
  expired: 0,
  held: 0,
  revoked: 0,
  expiring30: 0,
  expiring90: 0,
  neverUsed: 0,
  serverKeys: 0,
};

export type KeyRow = Readonly<{
  algorithm: string;
  valid: number;
  owners: number;
  authorities: readonly string[];
  profiles: readonly string[];
  firstExpiry: Date;
  lastExpiry: Date;
}>;

/** Valid certificates by the algorithm and size of their key. */
export async function listKeysInUse({ pool }: Db, now: Date): Promise<KeyRow[]> {
  const { rows } = await pool.query<KeyRow>({
    name: "report_keys",
    values: [now],
    text: `select c.key_algorithm as algorithm, count(*)::int as valid, count(distinct i.owner)::int as owners,
        array_agg(distinct a.name) as authorities, array_agg(distinct p.name) as profiles,
        min(c.not_after) as "firstExpiry", max(c.not_after) as "lastExpiry"
      from certificate c join identity i on i.id = c.identity_id join authority a on a.id = c.issuer_id join profile p on p.id = c.profile_id
      where ${valid} and i.kind <> 'system' group by 1 order by 2 desc, 1`,
  });
  return rows;
}

export type OwnerRow = Readonly<{
  owner: string;
  identities: number;
  valid: number;
  nextExpiry: Date;
}>;

/** Valid certificates by the owner of their identity, the most first. */
export async function listOwnersInUse({ pool }: Db, now: Date, limit: number): Promise<OwnerRow[]> {
  const { rows } = await pool.query<OwnerRow>({
    name: "report_owners",
    values: [now, limit],
    text: `select i.owner, count(distinct i.id)::int as identities, count(*)::int as valid, min(c.not_after) as "nextExpiry"
      from certificate c join identity i on i.id = c.identity_id
      where ${valid} and i.kind <> 'system' group by 1 order by 3 desc, 1 limit $2`,
  });
  return rows;
}

export type ReportRow = Readonly<{
  id: string;
  name: string;
  identity: string;
  owner: string;
  algorithm: string;
  authority: string;
  notAfter: Date;
  lastUsedAt: Date | null;
  hasSuccessor: boolean;
}>;

/** Valid certificates, those that expire first at the top. */
export async function listReportRows({ pool }: Db, now: Date, limit: number): Promise<ReportRow[]> {
  const { rows } = await pool.query<ReportRow>({
    name: "report_rows",
    values: [now, limit],
    text: `select c.id, coalesce(nullif(c.common_name, ''), c.subject_text) as name, i.name as identity, i.owner, c.key_algorithm as algorithm, a.name as authority,
        c.not_after as "notAfter", (select max(last_at) from custody.use u where u.certificate_id = c.id) as "lastUsedAt",
        not (${noSuccessor}) as "hasSuccessor"
      from certificate c join identity i on i.id = c.identity_id join authority a on a.id = c.issuer_id
      where ${valid} and i.kind <> 'system' order by c.not_after, c.id limit $2`,
  });
  return rows;
}

export type InventoryDigest = Readonly<{ count: number; sha256: string }>;

/**
 * How many certificates are valid, and the SHA-256 of their fingerprints in ascending order: what
 * a sign-off is for.
 */
export async function digestInventory({ pool }: Db, now: Date): Promise<InventoryDigest> {
  const { rows } = await pool.query<InventoryDigest>({
    name: "report_digest",
    values: [now],
    text: `select count(*)::int as count, encode(sha256(coalesce(string_agg(c.fingerprint_sha256, ''::bytea order by c.fingerprint_sha256), ''::bytea)), 'hex') as sha256
      from certificate c where ${valid} and ${ownLeftOut}`,
  });
  return rows[0] ?? { count: 0, sha256: "" };
}
