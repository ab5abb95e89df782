import type { Database } from "@/lib/db/database";
import { recordOrNull } from "./live/record-or-null";
import type { EntryRecord } from "./types";
import type { WorkView } from "./types-of-proof";

type Db = Pick<Database, "pool">;
export type WorkKind = "verification" | "drill";
/** What somebody asked for and nobody has finished. */
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

const asked = ["verification.requested", "drill.requested"],
  finished = ["verification.finished", "drill.finished"];
const kindOf = (action: string): WorkKind =>
  action === "drill.requested" ? "drill" : "verification";

/** Shows that work waits. Nothing relies on the row: the entry is what counts. */
export async function addWork({ pool }: Db, id: string, kind: WorkKind): Promise<void> {
  await pool.query(
    "insert into tlog.work (id, kind, note) values ($1, $2, 'waiting to begin') on conflict do nothing",
    [id, kind],
  );
}

export async function noteProgress(
  { pool }: Db,
  ids: readonly string[],
  { done, total, note }: Readonly<{ done: number; total: number | null; note: string }>,
): Promise<void> {
  await pool.query(
    "update tlog.work set done = $2, total = $3, note = $4, updated_at = clock_timestamp() where id = any($1) and ended_at is null",
    [ids, done, total, note],
  );
}

export async function endWork({ pool }: Db, ids: readonly string[], note: string): Promise<void> {
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

/** Forgets the rows of work that ended a month ago; its entries stay. */
export async function clearWork({ pool }: Db): Promise<void> {
  await pool.query("delete from tlog.work where ended_at < now() - interval '30 days'");
}

async function readAsked({ pool }: Db, ids: readonly string[]): Promise<PendingWork[]> {
  const { rows } = await pool.query<{ entry_id: string; entry: Buffer }>(
    "select entry_id, entry from tlog.find_entries($1)",
    [ids],
  );
  return rows.flatMap(({ entry_id: id, entry }) => {
    const record = recordOrNull(entry);
    return record && asked.includes(record.action)
      ? [{ id, kind: kindOf(record.action), record }]
      : [];
  });
}

/** What waits by the rows of work, each with an entry that asked for it; also while the log is halted and entries are not numbered. */
export async function findWaiting(db: Db): Promise<PendingWork[]> {
  const { rows } = await db.pool.query<{ id: string }>(
    "select id from tlog.work where ended_at is null order by started_at limit 100",
  );
  return rows.length === 0
    ? []
    : readAsked(
        db,
        rows.map(({ id }) => id),
      );
}

/** Gives everything that was asked for within a week and not finished its row of work again: what a crash may have left without one. */
export async function recoverWork(db: Db): Promise<void> {
  const { rows } = await db.pool.query<{ action: string; entry_id: string; entry: Buffer }>(
    "select s.action, e.entry_id, e.entry from tlog.search s join tlog.entry e using (seq) where s.action = any($1) and s.ts > now() - interval '7 days' order by s.seq",
    [[...asked, ...finished]],
  );
  const done = new Set(
    rows
      .filter(({ action }) => finished.includes(action))
      .map(({ entry }) => recordOrNull(entry)?.details.requestEntryId),
  );
  for (const { action, entry_id: id } of rows)
    if (asked.includes(action) && !done.has(id)) await addWork(db, id, kindOf(action));
}
