import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@/lib/runtime/deps";
import { monotonicMs } from "@/lib/runtime/monotonic";

/** Entries 0 … size - 1 are numbered; those below `indexedTo` can be searched. */
type Progress = Readonly<{ size: number; indexedTo: number }>;
/**
 * `isComplete`: what was committed before the call is indexed. The log may have grown since, so that
 * `indexedTo` is less than `size` all the same.
 */
export type IndexProgress = Progress & Readonly<{ isComplete: boolean }>;

const pollIntervalMs = 15;

/**
 * Waits until everything that was committed before this call is numbered and indexed, so that a
 * caller finds what it has just done. Gives up after `timeoutMs` and returns how far the index is
 * then, which may be less than the log.
 */
export async function awaitIndexed(db: Database, timeoutMs = 1_000): Promise<IndexProgress> {
  const deadline = monotonicMs() + timeoutMs;
  let progress = await readProgress(db, null);
  let target = progress.pending ? null : progress.size;
  while ((target === null || progress.indexedTo < target) && monotonicMs() < deadline) {
    await pause(pollIntervalMs);
    progress = await readProgress(db, progress.newest);
    if (target === null && !progress.pending) target = progress.size;
  }
  return {
    size: progress.size,
    indexedTo: Math.min(progress.indexedTo, progress.size),
    isComplete: target !== null && progress.indexedTo >= target,
  };
}

/** `pending`: the inbox still holds entries up to `newest`. */
async function readProgress(
  db: Database,
  newest: number | null,
): Promise<Progress & Readonly<{ pending: boolean; newest: number }>> {
  const { rows } = await db.pool.query<{
    size: string;
    upto: string;
    newest: string;
    pending: boolean;
  }>({
    name: "log-state",
    text: `select h.size, i.upto, coalesce($1::bigint, tlog.inbox_newest()) as newest,
      case when $1::bigint is null then tlog.inbox_newest() > 0 else tlog.inbox_holds($1::bigint) end as pending from tlog.head h, tlog.indexed i`,
    values: [newest],
  });
  const row = rows[0];
  if (row === undefined) throw new Error("tlog.head or tlog.indexed is empty.");
  return {
    size: Number(row.size),
    indexedTo: Number(row.upto),
    newest: Number(row.newest),
    pending: row.pending,
  };
}
