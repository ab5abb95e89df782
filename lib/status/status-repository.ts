import { type Database, hotPool } from "@/lib/db/database";
import { makeGroupCommit } from "@/lib/db/group-commit";
import type { RevocationReason } from "@/lib/pki/types";
import { expiryIfIssued } from "@/lib/pki/issued-by";
import type { LogSize, StatusKey, StatusRow } from "./types";

type StatusResultRow = {
  n: number;
  id: string;
  state: string;
  revoked_at: Date | null;
  revocation_reason: RevocationReason | null;
  not_after: Date;
  serial: Buffer;
  der: Buffer | null;
  issuer_der: Buffer | null;
};

// Prepared, and one round trip for all concurrent reads: this is the hottest read of Chancery.
const findStatuses = {
  name: "status-by-serial",
  text: `select k.n::int as n, c.id, c.state, c.revoked_at, c.revocation_reason, c.not_after, c.serial,
      case when c.state = 'issued' then c.der end as der, case when c.state = 'issued' then a.certificate_der end as issuer_der
    from unnest($1::text[], $2::bytea[]) with ordinality as k (issuer_id, serial, n)
    join certificate c on c.issuer_id = k.issuer_id and c.serial = k.serial join authority a on a.id = c.issuer_id`,
};

/**
 * Reads the row of an issuer's serial number, batched with concurrent reads; null if there is none,
 * or if it says "issued" without a certificate that the issuer signed.
 */
export function makeStatusRowReader(db: Database): (key: StatusKey) => Promise<StatusRow | null> {
  return makeGroupCommit<StatusKey, StatusRow | null>({
    maxBatch: 500,
    work: async (keys) => {
      const values = [keys.map((key) => key.issuerId), keys.map((key) => Buffer.from(key.serial))];
      const { rows } = await hotPool(db).query<StatusResultRow>({ ...findStatuses, values });
      const results: (StatusRow | null)[] = keys.map(() => null);
      for (const row of rows) {
        const notAfter =
          row.state === "issued"
            ? expiryIfIssued(row.der, row.serial, row.issuer_der)
            : row.not_after;
        if (notAfter === null) continue;
        results[row.n - 1] = {
          certificateId: row.id,
          state: row.state,
          revokedAt: row.revoked_at,
          reason: row.revocation_reason,
          notAfter,
        };
      }
      return results;
    },
  });
}

export type StateCount = Readonly<{ state: string; count: number }>;

/** Certificates by state, for metrics. An exact count is one index-only scan. */
export async function countByState(db: Database): Promise<StateCount[]> {
  const groups = await db.prisma.certificate.groupBy({ by: ["state"], _count: { _all: true } });
  return groups.map((group) => ({ state: group.state, count: group._count._all }));
}

/** Reads how far the log and its search index are. */
export async function readLogSize(db: Database): Promise<LogSize> {
  const { rows } = await db.pool.query<{
    size: string;
    indexed: string;
    waiting_since: Date | null;
    sealed: string;
    fresh: string;
  }>({
    name: "log-size",
    text: `select size, upto as indexed, (select sequenced_at from tlog.entry where seq = upto) as waiting_since,
      (select count(*) from tlog.segment where sealed) as sealed, (select count(*) from tlog.segment where not sealed) as fresh
      from tlog.head, tlog.indexed`,
  });
  return {
    size: Number(rows[0]?.size ?? 0),
    indexed: Number(rows[0]?.indexed ?? 0),
    waitingSince: rows[0]?.waiting_since ?? null,
    sealed: Number(rows[0]?.sealed ?? 0),
    fresh: Number(rows[0]?.fresh ?? 0),
  };
}

export async function readDatabaseSize(db: Database): Promise<number> {
  const { rows } = await db.pool.query<{ size: string }>(
    "select pg_database_size(current_database()) as size",
  );
  return Number(rows[0]?.size ?? 0);
}

export type AuthorityRow = Readonly<{
  id: string;
  slug: string;
  parentId: string | null;
  kind: string;
  status: string;
  certificateDer: Uint8Array;
}>;

/** Every authority that has a certificate, also a retired one: it still has certificates to answer for. */
export async function findServedAuthorities(db: Database): Promise<AuthorityRow[]> {
  const rows = await db.prisma.authority.findMany({
    where: { certificateDer: { not: null } },
    select: {
      id: true,
      slug: true,
      parentId: true,
      kind: true,
      status: true,
      certificateDer: true,
    },
    orderBy: { createdAt: "asc" },
  });
  return rows.flatMap((row) =>
    row.certificateDer === null ? [] : [{ ...row, certificateDer: row.certificateDer }],
  );
}

export type StoredCrl = Readonly<{
  id: string;
  authorityId: string;
  shard: string;
  number: bigint;
}>;

/** The CRLs whose bytes are stored, of every authority or one, the highest number first. */
export async function findStoredCrls(
  db: Database,
  authorityId: string | null,
): Promise<StoredCrl[]> {
  const { rows } = await db.pool.query<Omit<StoredCrl, "number"> & { number: string }>({
    name: "stored-crls",
    text: `select id, authority_id as "authorityId", shard, number from crl
      where (der is not null or changes is not null) and ($1::text is null or authority_id = $1) order by authority_id, shard, number desc`,
    values: [authorityId],
  });
  return rows.map(({ number, ...row }) => ({ ...row, number: BigInt(number) }));
}

/** A large value in one piece takes several times its size, as text and in buffers that grow. */
const pieceLength = 4 * 1024 * 1024;

/** Bytes of a stored CRL: its own, or what it changes of the base, an earlier one. */
export type CrlBytes = Readonly<{ number: bigint; bytes: Uint8Array; baseId: string | null }>;

/** Number and bytes of a stored CRL; null if its bytes, or the row of its base, are gone. */
export async function findCrlBytes(db: Database, id: string): Promise<CrlBytes | null> {
  const {
    rows: [row],
  } = await db.pool.query<{
    number: string;
    length: number | null;
    isChanged: boolean;
    base: string | null;
  }>({
    name: "crl-length",
    text: `select number, octet_length(coalesce(changes, der)) as length, changes is not null as "isChanged", case when changes is not null then (
        select id from crl b where (b.authority_id, b.shard, b.number) = (c.authority_id, c.shard, c.base_number)) end as base
      from crl c where id = $1`,
    values: [id],
  });
  if (row === undefined || row.length === null || (row.isChanged && row.base === null)) return null;
  const bytes = Buffer.allocUnsafeSlow(row.length);
  for (let at = 0; at < bytes.length; at += pieceLength) {
    const piece = await findCrlPiece(db, id, at);
    // Dropped meanwhile: a newer one replaced it.
    if (piece === null) return null;
    piece.copy(bytes, at);
  }
  return { number: BigInt(row.number), bytes, baseId: row.base };
}

async function findCrlPiece(db: Database, id: string, at: number): Promise<Buffer | null> {
  const { rows } = await db.pool.query<{ piece: Buffer | null }>({
    name: "crl-piece",
    text: `select case when changes is not null then substr(changes, $2, ${pieceLength}) else substr(der, $2, ${pieceLength}) end as piece
      from crl where id = $1`,
    values: [id, at + 1],
  });
  return rows[0]?.piece ?? null;
}

/** The authorities that issued these certificates. */
export async function findIssuerIdsOf(
  db: Database,
  certificateIds: readonly string[],
): Promise<string[]> {
  const { rows } = await db.pool.query<{ issuer_id: string }>(
    "select distinct issuer_id from certificate where id = any($1)",
    [certificateIds],
  );
  return rows.map((row) => row.issuer_id);
}

/** Certificates that entries in the inbox of a halted log revoke or put on hold. */
export async function findHaltedChanges(db: Database): Promise<string[]> {
  const { rows } = await db.pool.query<{ id: string }>({
    name: "halted-changes",
    text: "select id from tlog.halted_changes() as id",
  });
  return rows.map(({ id }) => id);
}
