import type { Database, PoolClient } from "@/lib/db/database";
import { connectionNumber, lastConnectionNumber } from "@/lib/db/connection-numbers";
import { withSnapshot } from "@/lib/db/snapshot";
import { dayMs, hourMs, minuteMs } from "@/lib/format/time-units";
import { highestAdoptedCrlNumber } from "@/lib/pki/crl";
import { inSlices } from "@/lib/runtime/in-slices";
import type { CrlMemory } from "./crl-memory";
import { makeDatabaseView, type DatabaseView } from "./database-view";
import { startMerge, type Merge } from "./merge-revoked";
import {
  readCertificateFacts,
  readChangedRows,
  readPendingReleases,
  readReleases,
  readRevokedRows,
  rowOffsets,
} from "./read-revoked";

/** What the signer read of the database for the last CRL of a key. */
export type DatabaseReading = Readonly<{
  authorityId: string;
  view: DatabaseView;
  /** The oldest transaction that was not visible: of what is changed from there on, nothing was read. */
  nextXid: string;
  readAt: number;
  /** When all rows were read. */
  allReadAt: number;
  since: number;
  /** Which server and table. */
  source: string;
  /** The last connection that was open by then. */
  connection: number;
}>;

export type DatabaseMerge = Readonly<{
  merge: Merge;
  /** The highest number that the database has and that a CRL can have had. */
  storedNumber: bigint;
  reading: DatabaseReading;
}>;

/** A revocation that a CRL of the same second may have missed appears on the next one. */
const overlapMs = minuteMs,
  /** Without a memory, nothing that expired this recently is left out. */
  adoptedMs = 30 * dayMs,
  /** How long the rows that changed are enough. */
  readAllEveryMs = hourMs;

/** Certificates that are read at a time: more of them would still be in memory when the next ones come. */
const factsAtOnce = 512;

/** Rows of new certificates, with what their certificates say. */
async function addNewRows(
  client: PoolClient,
  authorityId: string,
  merge: Merge,
  rows: Buffer,
): Promise<void> {
  const all = merge.compare(rows);
  for (let from = 0; from < all.length; from += factsAtOnce) {
    const offsets = all.slice(from, from + factsAtOnce);
    const serials = offsets.map((at) => {
      const start = at + rowOffsets.serial;
      return rows.subarray(start, start + (rows[at] ?? 0));
    });
    merge.add(rows, offsets, await readCertificateFacts(client, authorityId, serials));
  }
}

/** Ends the holds that the database ended and the log has a release of. */
async function releaseHolds(
  client: PoolClient,
  merge: Merge,
  expiredBefore: number,
): Promise<void> {
  const ended = await inSlices(merge.expire(expiredBefore));
  if (ended.length === 0) return;
  const ids = ended.map(({ certificateId }) => certificateId).filter((id) => id !== "");
  const sinceSize = Math.min(...ended.map((record) => record.sinceSize));
  const releases = await readReleases(client, ids, sinceSize);
  const lastRelease = new Map<string, number>();
  for (const { seq, certificateId } of releases)
    lastRelease.set(certificateId, Math.max(seq, lastRelease.get(certificateId) ?? -1));
  const pending = await readPendingReleases(client, ids);
  merge.release(
    (record) => (lastRelease.get(record.certificateId) ?? -1) >= record.sinceSize,
    (record) => pending.has(record.certificateId),
  );
}

type Head = Readonly<{
  size: string;
  number: string;
  first: string;
  end: string;
  source: string;
}>;

// A server that was restarted, promoted or restored, another server behind the same address and a
// table that was made or filled again have another source: their transactions are not those that the
// last reading is compared with.
const headSql = `select greatest(size, (select coalesce(max(seq) + 1, 0) from tlog.entry)) as size,
    coalesce((select max(number) from crl where authority_id = $1 and shard = '' and number <= $2), 0) as number,
    pg_snapshot_xmin(pg_current_snapshot()) as first, pg_snapshot_xmax(pg_current_snapshot()) as end,
    concat_ws(' ', extract(epoch from pg_postmaster_start_time()), (select oid from pg_database where datname = current_database()),
      'certificate'::regclass::oid, pg_relation_filenode('certificate')) as source
  from tlog.head`;

async function readHead(client: PoolClient, authorityId: string, now: number): Promise<Head> {
  const highest = String(highestAdoptedCrlNumber(new Date(now)));
  const {
    rows: [head],
  } = await client.query<Head>(headSql, [authorityId, highest]);
  if (head === undefined) throw new Error("the database has no log");
  return head;
}

/**
 * Whether the rows that changed since a reading are all that can look different now. A connection
 * that was open by then still leads to the same server: it would not survive a return to an earlier
 * state of it.
 */
function mayContinue(
  last: DatabaseReading,
  now: number,
  next: Pick<DatabaseReading, "authorityId" | "since" | "source" | "connection">,
): boolean {
  const age = now - last.allReadAt;
  return (
    last.authorityId === next.authorityId &&
    last.source === next.source &&
    next.connection <= last.connection &&
    next.since >= last.since &&
    now >= last.readAt &&
    age < readAllEveryMs
  );
}

/**
 * Compares the database with the memory, in one snapshot of the database. Reads all revoked rows
 * the first time, once an hour, and whenever it can't be told what changed since `last`.
 */
export async function mergeDatabase(
  db: Database,
  authorityId: string,
  { revoked, last: lastCrl }: CrlMemory,
  now: number,
  last: DatabaseReading | null,
): Promise<DatabaseMerge> {
  // A clock that ran ahead for a while must not hide what is revoked since.
  const lastUpdate = lastCrl()?.thisUpdate;
  const expiredBefore = lastUpdate === undefined ? 0 : Math.min(lastUpdate, now);
  const since = lastUpdate === undefined ? now - adoptedMs : expiredBefore - overlapMs;
  return withSnapshot(db, async (client) => {
    const connection = lastConnectionNumber();
    const { size, number, first, end, source } = await readHead(client, authorityId, now);
    const next = { authorityId, since, source, connection: connectionNumber(client) };
    const continued = last !== null && mayContinue(last, now, next) ? last : null;
    const view = continued?.view ?? makeDatabaseView(revoked.slots());
    const isFirst = lastUpdate === undefined;
    const sinceSize = Number(size);
    const merge = startMerge({ store: revoked, view, sinceSize, now, since, isFirst });
    const onPage = (rows: Buffer): Promise<void> => addNewRows(client, authorityId, merge, rows);
    if (continued === null) await readRevokedRows(client, authorityId, new Date(since), onPage);
    else await readChangedRows(client, authorityId, { first: continued.nextXid, end }, onPage);
    await releaseHolds(client, merge, expiredBefore);
    const reading = {
      ...next,
      view,
      nextXid: first,
      readAt: now,
      allReadAt: continued?.allReadAt ?? now,
      connection,
    };
    return { merge, storedNumber: BigInt(number), reading };
  });
}
