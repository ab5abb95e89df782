import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@/lib/db/database";

export type LogState = Readonly<{ size: number; indexedTo: number }>;

const LOOK_EVERY_MS = 15;

async function readState(
  db: Database,
  newest: number | null,
): Promise<LogState & Readonly<{ pending: boolean; newest: number }>> {
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

/**
 * Waits, a second unless told otherwise, until everything that was committed before this call is numbered and indexed; so whoever has just acted finds
 * the act. Returns how far the index is then, which is less than the log when the indexer is behind.
 */
export async function awaitIndexed(db: Database, longestMs = 1_000): Promise<LogState> {
  const giveUp = performance.now() + longestMs;
  let state = await readState(db, null);
  let goal = state.pending ? null : state.size;
  while ((goal === null || state.indexedTo < goal) && performance.now() < giveUp) {
    await pause(LOOK_EVERY_MS);
    state = await readState(db, state.newest);
    if (goal === null && !state.pending) goal = state.size;
  }
  return { size: state.size, indexedTo: Math.min(state.indexedTo, state.size) };
}
