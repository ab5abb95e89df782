import { type Database, hotPool, statementTimeoutOf } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import type { ProxyKind, ProxyScope } from "@/lib/proxies/schema";
import type { StoredCertificate, TrustedProxy } from "./types";

/** A stored certificate, and the trusted proxy that it belongs to, if its identity is one now. */
export type CertificateLookup = Readonly<{
  certificate: StoredCertificate;
  proxy: TrustedProxy | null;
}>;
type Find = (fingerprint: Buffer) => Promise<CertificateLookup | null>;
type Row = {
  n: number;
  id: string;
  serial: Buffer;
  state: string;
  not_before: Date;
  not_after: Date;
  profile: string;
  identity_id: string;
  identity_name: string;
  identity_kind: string;
  identity_status: string;
  networks: string[];
  proxy_id: string | null;
  proxy_kind: ProxyKind | null;
  hops: number | null;
  scopes: ProxyScope[] | null;
  proxy_status: string | null;
  was_held: boolean | null;
};

// Prepared, and one round trip for all callers of a moment: it runs for every request that comes
// with a certificate. Its result is never cached, so a revocation applies to the next request.
const findByFingerprint = {
  name: "custody-find-presented",
  text: `select f.n::int as n, c.id, c.serial, c.state, c.not_before, c.not_after, p.slug as profile, i.id as identity_id, i.name as identity_name,
      i.kind as identity_kind, i.status as identity_status, i.networks, x.id as proxy_id, x.kind as proxy_kind, x.hops, x.scopes,
      x.status as proxy_status, c.created_at <= x.changed_at as was_held
    from unnest($1::bytea[]) with ordinality as f (fingerprint, n)
    join certificate c on c.fingerprint_sha256 = f.fingerprint
    join identity i on i.id = c.identity_id
    join profile p on p.id = c.profile_id
    left join proxy x on x.identity_id = i.id`,
};

const finders = new WeakMap<Database["pool"], Find>();
const maxBatch = 200;
const concurrency = 2;

/**
 * Finds the certificate with exactly these bytes by their SHA-256; null if it was not issued here.
 * Calls that come together share one query.
 */
export function findCertificate(
  { pool }: Pick<Database, "pool">,
  fingerprint: Buffer,
): Promise<CertificateLookup | null> {
  const find = finders.get(pool) ?? makeFind(pool);
  finders.set(pool, find);
  return find(fingerprint);
}

/** The recorded to-be-signed bytes of each issued certificate with this serial number. */
export async function findSignedBytes(
  { pool }: Pick<Database, "pool">,
  serial: string,
): Promise<readonly Buffer[]> {
  const { rows } = await pool.query<{ tbs_der: Buffer }>({
    name: "custody-find-signed",
    text: "select tbs_der from certificate where serial = $1 and der is not null",
    values: [Buffer.from(serial, "hex")],
  });
  return rows.map((row) => row.tbs_der);
}

function makeFind(pool: Database["pool"]): Find {
  return makeGroupCommit<Buffer, CertificateLookup | null>({
    maxBatch,
    concurrency,
    maxWaitMs: statementTimeoutOf(pool),
    work: async (fingerprints) => {
      // A proxy's own certificate comes with each of its requests: ask for each fingerprint once.
      const indexes = new Map<string, number>();
      const distinct: Buffer[] = [];
      const indexOf = fingerprints.map((fingerprint) => {
        const key = fingerprint.toString("latin1");
        const index = indexes.get(key);
        if (index !== undefined) return index;
        indexes.set(key, distinct.length);
        return distinct.push(fingerprint) - 1;
      });
      const lookups: (CertificateLookup | null)[] = distinct.map(() => null);
      const { rows } = await hotPool({ pool }).query<Row>({
        ...findByFingerprint,
        values: [distinct],
      });
      for (const row of rows) lookups[row.n - 1] = lookupOf(row);
      return indexOf.map((index) => lookups[index] ?? null);
    },
  });
}

function lookupOf(row: Row): CertificateLookup {
  const certificate: StoredCertificate = {
    id: row.id,
    serial: row.serial.toString("hex"),
    state: row.state,
    notBefore: row.not_before,
    notAfter: row.not_after,
    profile: row.profile,
    identity: {
      id: row.identity_id,
      name: row.identity_name,
      kind: row.identity_kind,
      status: row.identity_status,
      networks: row.networks,
    },
    ofProxy: ofProxy(row),
  };
  return { certificate, proxy: proxyOf(row) };
}

/** A removed proxy's certificates stay its own: the people who run it may still have their keys. */
function ofProxy({ proxy_status: status, was_held: wasHeld }: Row): StoredCertificate["ofProxy"] {
  if (status === null) return null;
  if (status === "active") return "trusted";
  return wasHeld === false ? null : "removed";
}

function proxyOf(row: Row): TrustedProxy | null {
  const { proxy_id: id, proxy_kind: kind, hops, scopes } = row;
  if (row.proxy_status !== "active" || id === null || kind === null) return null;
  if (hops === null || scopes === null) return null;
  return { id, label: row.identity_name, kind, hops, scopes };
}
