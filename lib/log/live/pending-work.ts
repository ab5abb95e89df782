import type { Database } from "@/lib/runtime/deps";
import { factRun } from "@/lib/log/pure/search-tokens";
import { readEntry } from "@/lib/log/read-entry";
import { findRows } from "@/lib/log/segments/find-rows";
import type { EntryRecord } from "@/lib/log/types";
import type { WorkView } from "@/lib/log/view-types";

type Db = Pick<Database, "pool">;
export type WorkKind = "verification" | "drill";
/** Work that was requested and has not finished. */
export type PendingWork = Readonly<{ id: string; kind: WorkKind; record: EntryRecord }>;
type WorkRow = {
  id: string;
  kind: string;
  done: string;
  total: string | null;
  note: string;
  started_at: Date;
  ended_at: Date | null;
};

const maxRecovered = 10_000;
const requestActions = ["verification.requested", "drill.requested"];
const finishActions = ["verification.finished", "drill.finished"];
const kindOf = (action: string): WorkKind =>
  action === "drill.requested" ? "drill" : "verification";

/** Shows that work is pending. The row is only for display; the entry is the request. */
export async function insertWork({ pool }: Db, id: string, kind: WorkKind): Promise<void> {
  await pool.query(
    "insert into tlog.work (id, kind, note) values ($1, $2, 'waiting to start') on conflict do nothing",
    [id, kind],
  );
}

export async function saveProgress(
  { pool }: Db,
  ids: readonly string[],
  { done, total, note }: Readonly<{ done: number; total: number | null; note: string }>,
): Promise<void> {
  await pool.query(
    "update tlog.work set done = $2, total = $3, note = $4, updated_at = clock_timestamp() where id = any($1) and ended_at is null",
    [ids, done, total, note],
  );
}

export async function finishWork(
  { pool }: Db,
  ids: readonly string[],
  note: string,
): Promise<void> {
  await pool.query(
    "update tlog.work set note = $2, done = coalesce(total, done), ended_at = clock_timestamp() where id = any($1) and ended_at is null",
    [ids, note],
  );
}

export async function findWork({ pool }: Db, id: string): Promise<WorkView | null> {
  const {
    rows: [row],
  } = await pool.query<WorkRow>(
    "select id, kind, done, total, note, started_at, ended_at from tlog.work where id = $1",
    [id],
  );
  if (!row) return null;
  return {
    id: row.id,
    kind: row.kind,
    done: Number(row.done),
    total: row.total === null ? null : Number(row.total),
    note: row.note,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}

/** Deletes the rows of work that ended a month ago; the entries stay. */
export async function deleteOldWork({ pool }: Db): Promise<void> {
  await pool.query("delete from tlog.work where ended_at < now() - interval '30 days'");
}

async function readRequests({ pool }: Db, ids: readonly string[]): Promise<PendingWork[]> {
  const { rows } = await pool.query<{ entry_id: string; entry: Buffer }>(
    "select entry_id, entry from tlog.find_entries($1)",
    [ids],
  );
  return rows.flatMap(({ entry_id: id, entry }) => {
    const reading = readEntry(entry, id);
    return reading.readable && requestActions.includes(reading.record.action)
      ? [{ id, kind: kindOf(reading.record.action), record: reading.record }]
      : [];
  });
}

/**
 * The pending work, each with the entry that requested it; also while the log is halted and entries
 * are not numbered.
 */
export async function listPendingWork(db: Db): Promise<PendingWork[]> {
  const { rows } = await db.pool.query<{ id: string }>(
    "select id from tlog.work where ended_at is null order by started_at limit 100",
  );
  return rows.length === 0
    ? []
    : readRequests(
        db,
        rows.map(({ id }) => id),
      );
}

/**
 * Restores the rows of work that was requested within a week and has not finished: a crash may have
 * left a request without one.
 */
export async function recoverPendingWork(db: Db): Promise<void> {
  const weekAgo = await db.pool.query<{ ms: number }>(
    "select extract(epoch from now() - interval '7 days')::float8 * 1000 as ms",
  );
  const all = [[...requestActions, ...finishActions].map((action) => factRun("action", action))];
  const fromMs = weekAgo.rows[0]?.ms ?? null;
  const records = (await findRows(db, { all, fromMs, order: "asc" }, maxRecovered)).flatMap(
    ({ entry_id: storedId, entry }) => {
      const reading = readEntry(entry, storedId);
      return reading.readable ? [reading.record] : [];
    },
  );
  const done = new Set(
    records
      .filter(({ action }) => finishActions.includes(action))
      .map(({ details }) => details["requestEntryId"]),
  );
  for (const { action, id } of records)
    if (requestActions.includes(action) && !done.has(id)) await insertWork(db, id, kindOf(action));
}
