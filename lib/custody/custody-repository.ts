import { type Database, patienceOf } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import type { KnownCertificate, TrustedProxy } from "@/lib/custody/types";
import type { ProxyKind } from "@/lib/proxies/schema";

/** A known certificate, and the proxy that it is the certificate of, if its identity is trusted as one now. */
export type FoundCertificate = Readonly<{ known: KnownCertificate; proxy: TrustedProxy | null }>;
type Find = (fingerprint: Buffer) => Promise<FoundCertificate | null>;
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
};

// Prepared, and one round trip for all that ask at the same time: it runs at every request that comes with a certificate, and nothing
// remembers its answer, so that a revocation counts for the next request.
const findPresented = {
  name: "custody-find-presented",
  text: `select f.n::int as n, c.id, c.serial, c.state, c.not_before, c.not_after, p.slug as profile, i.id as identity_id, i.name as identity_name,
      i.kind as identity_kind, i.status as identity_status, i.networks, x.id as proxy_id, x.kind as proxy_kind, x.hops
    from unnest($1::bytea[]) with ordinality as f (fingerprint, n)
    join certificate c on c.fingerprint_sha256 = f.fingerprint
    join identity i on i.id = c.identity_id
    join profile p on p.id = c.profile_id
    left join proxy x on x.identity_id = i.id and x.status = 'active'`,
};

const finders = new WeakMap<Database["pool"], Find>();
const LARGEST_BATCH = 200,
  LANES = 2;

/** Finds the certificate with exactly these bytes, by their SHA-256; null if this house did not issue it. One group for all who ask. */
export function findCertificate(
  { pool }: Pick<Database, "pool">,
  fingerprint: Buffer,
): Promise<FoundCertificate | null> {
  const find = finders.get(pool) ?? makeFind(pool);
  finders.set(pool, find);
  return find(fingerprint);
}

/** What was signed of each certificate of this serial, as it was recorded. */
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
  return makeGroupCommit<Buffer, FoundCertificate | null>({
    maxBatch: LARGEST_BATCH,
    lanes: LANES,
    maxWaitMs: patienceOf(pool),
    work: async (fingerprints) => {
      // A proxy's own certificate comes with each of its questions.
      const places = new Map<string, number>(),
        each: Buffer[] = [];
      const placeOf = fingerprints.map((fingerprint) => {
        const key = fingerprint.toString("latin1"),
          known = places.get(key);
        if (known !== undefined) return known;
        places.set(key, each.length);
        return each.push(fingerprint) - 1;
      });
      const found: (FoundCertificate | null)[] = each.map(() => null);
      const { rows } = await pool.query<Row>({ ...findPresented, values: [each] });
      for (const row of rows) found[row.n - 1] = foundOf(row);
      return placeOf.map((place) => found[place] ?? null);
    },
  });
}

function foundOf(row: Row): FoundCertificate {
  const known: KnownCertificate = {
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
  };
  const proxy =
    row.proxy_id === null || row.proxy_kind === null || row.hops === null
      ? null
      : { id: row.proxy_id, label: row.identity_name, kind: row.proxy_kind, hops: row.hops };
  return { known, proxy };
}
