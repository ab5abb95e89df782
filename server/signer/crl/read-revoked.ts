import { readEntry } from "@/lib/log/read-entry";
import { factRun } from "@/lib/log/pure/search-tokens";
import { endOfLog, findNumbersIn } from "@/lib/log/segments/find-entries";
import type { PoolClient } from "@/lib/db/database";
import { tags } from "@/lib/pki/der";
import { enter, readDer, takeRaw, takeTime } from "@/lib/pki/der-reader";
import { revocationReasons } from "@/lib/pki/types";
import { latestDate, reasonIndexOf } from "./revoked-record";

/**
 * The rows of revoked and held certificates as one buffer a page, 46 octets each: length of the
 * serial, serial, reason, date, invalidity date, and until when the row is on a CRL. Values of their
 * own would cost many times as much to read.
 */
export const rowBytes = 46;
export const rowOffsets = {
  serial: 1,
  reason: 21,
  revokedAt: 22,
  invalidityDate: 30,
  until: 38,
} as const;
/** Stands for a reason in rows that are neither revoked nor held. */
export const noReason = 0xff;

const rowsPerPage = 4_096;
const pagesPerFetch = 16;
/** All rows are read before the first page of them is there: several seconds for a million. */
const readTimeoutMs = 100_000;
const fetchPages = {
  text: `fetch ${pagesPerFetch} from revoked`,
  rowMode: "array" as const,
  query_timeout: readTimeoutMs,
};
/** PostgreSQL's `-infinity`, which stands for no date. */
const noDate = Buffer.from("8000000000000000", "hex");
const postgresEpochMs = Date.UTC(2000, 0, 1);

const octet = (value: number): string => `'\\x${value.toString(16).padStart(2, "0")}'::bytea`;
const reasonOctet = (reason: string): string => octet(reasonIndexOf(reason));
// The state decides what is a hold: a revocation never becomes one that could be released.
const reasonSql = `case state when 'held' then ${reasonOctet("certificateHold")} when 'revoked' then case revocation_reason ${revocationReasons
  .filter((reason) => reason !== "certificateHold")
  .map((reason) => `when '${reason}' then ${reasonOctet(reason)}`)
  .join(" ")} else ${reasonOctet("unspecified")} end else ${octet(noReason)} end`;

// Whatever crl_shard says: no CRL of a part exists, so each certificate is on the whole one.
const rowsSql = `select substr(int4send(octet_length(serial)), 4) || substr(serial || '\\x${"00".repeat(20)}'::bytea, 1, 20) || ${reasonSql}
      || timestamptz_send(coalesce(revoked_at, '-infinity')) || timestamptz_send(coalesce(invalidity_date, '-infinity'))
      || timestamptz_send(greatest(not_after, revoked_at)) as row, (row_number() over () - 1) / ${rowsPerPage} as page
    from certificate where issuer_id = $1 and octet_length(serial) between 1 and 20`;
const declareSql = (condition: string): string =>
  `declare revoked no scroll cursor for select string_agg(row, '') from (${rowsSql} and ${condition}) as packed group by page`;
const declareAllSql = declareSql(
  "state in ('revoked', 'held') and greatest(not_after, revoked_at) >= $2",
);
const declareChangedSql = declareSql("status_xid >= $2::xid8 and status_xid < $3::xid8");

type OnPage = (rows: Buffer) => Promise<void>;

async function readPages(client: PoolClient, onPage: OnPage): Promise<void> {
  await client.query(`set local statement_timeout = ${readTimeoutMs}`);
  for (let isFull = true; isFull;) {
    const { rows } = await client.query<[Buffer]>(fetchPages);
    for (const [page] of rows) await onPage(page);
    isFull = rows.length === pagesPerFetch;
  }
}

/**
 * Calls `onPage` with the packed rows of an authority's revoked and held certificates that had not
 * expired, or were revoked, since a time.
 */
export async function readRevokedRows(
  client: PoolClient,
  authorityId: string,
  since: Date,
  onPage: OnPage,
): Promise<void> {
  await client.query(declareAllSql, [authorityId, since]);
  await readPages(client, onPage);
}

/**
 * Calls `onPage` with the packed rows whose revocation was changed by the transactions from `first`
 * on and before `end`, whatever they say now. With the oldest transaction that ran in an earlier
 * snapshot and the next one of this snapshot, these are all rows that look different in this one,
 * and some more.
 */
export async function readChangedRows(
  client: PoolClient,
  authorityId: string,
  { first, end }: Readonly<{ first: string; end: string }>,
  onPage: OnPage,
): Promise<void> {
  await client.query(declareChangedSql, [authorityId, first, end]);
  await readPages(client, onPage);
}

/** The date at an offset of a packed row: milliseconds since 1970 and until 9999, or null. */
export function readRowDate(rows: Buffer, at: number): number | null {
  if (rows.compare(noDate, 0, noDate.length, at, at + noDate.length) === 0) return null;
  const microseconds = rows.readInt32BE(at) * 0x1_0000_0000 + rows.readUInt32BE(at + 4);
  return Math.min(Math.max(Math.floor(microseconds / 1000) + postgresEpochMs, 0), latestDate);
}

export type CertificateFacts = Readonly<{ id: string; notAfter: number }>;

/** The notAfter of a TBSCertificate. Throws AppError `der.malformed`. */
function notAfterOf(tbsDer: Uint8Array): number {
  const reader = readDer(tbsDer);
  enter(reader, tags.sequence, "the certificate");
  takeRaw(reader, "the version", 0xa0);
  takeRaw(reader, "the serial number", tags.integer);
  takeRaw(reader, "the algorithm", tags.sequence);
  takeRaw(reader, "the issuer", tags.sequence);
  enter(reader, tags.sequence, "the validity");
  takeTime(reader, "notBefore");
  return takeTime(reader, "notAfter").getTime();
}

/**
 * Ids and expirations of certificates by serial (hexadecimal). The expiration is the one in their
 * bytes: the column beside them may say another.
 */
export async function readCertificateFacts(
  client: PoolClient,
  authorityId: string,
  serials: readonly Buffer[],
): Promise<Map<string, CertificateFacts>> {
  const { rows } = await client.query<[Buffer, string, Date, Buffer]>({
    text: "select serial, id, not_after, tbs_der from certificate where issuer_id = $1 and serial = any($2)",
    values: [authorityId, serials],
    rowMode: "array",
  });
  return new Map(
    rows.map(([serial, id, notAfterColumn, tbsDer]) => {
      let notAfter = notAfterColumn.getTime();
      try {
        notAfter = notAfterOf(tbsDer);
      } catch {
        // Bytes that are no certificate were never signed: the column will do.
      }
      return [serial.toString("hex"), { id, notAfter }];
    }),
  );
}

type StoredEntry = { entry_id: string; entry: Buffer };

/** Entries of the log that say that one of these certificates was released, with their numbers. */
export async function readReleases(
  client: PoolClient,
  certificateIds: readonly string[],
  sinceSize: number,
): Promise<readonly Readonly<{ seq: number; certificateId: string }>[]> {
  const released = [[factRun("action", "certificate.released")]];
  const search = { all: released, low: sinceSize, high: endOfLog };
  const { rows } = await client.query<StoredEntry & { seq: string }>(
    `select seq, entry_id, entry from tlog.entry where seq = any($1::bigint[])
    union all
    select seq, entry_id, entry from tlog.entry
      where seq >= greatest($2, (select upto from tlog.indexed)) and position('certificate.released'::bytea in entry) > 0`,
    [await findNumbersIn(client, search, Infinity), sinceSize],
  );
  const wanted = new Set(certificateIds);
  return rows.flatMap(({ seq, ...entry }) => {
    const certificateId = releasedBy(entry);
    return certificateId !== null && wanted.has(certificateId)
      ? [{ seq: Number(seq), certificateId }]
      : [];
  });
}

/** Of these certificates, those with a release that is committed and not numbered yet. */
export async function readPendingReleases(
  client: PoolClient,
  certificateIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<StoredEntry>(
    "select entry_id, entry from tlog.inbox_about($1)",
    [certificateIds],
  );
  return new Set(rows.flatMap((entry) => releasedBy(entry) ?? []));
}

/** The certificate that an entry released; null for any other entry and for bytes of any other kind. */
function releasedBy({ entry_id: id, entry }: StoredEntry): string | null {
  const reading = readEntry(entry, id);
  if (!reading.readable) return null;
  const { action, outcome, target } = reading.record;
  return action === "certificate.released" && outcome === "success" ? (target?.id ?? null) : null;
}
