import { setTimeout as pause } from "node:timers/promises";
import type { Deps } from "@/lib/runtime/deps";
import { AppError } from "@/lib/errors/app-error";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import { type Filter, parseFilter, type Range, searchOf } from "@/lib/log/search/filter";
import type { EntryQuery } from "@/lib/log/schema";
import { countMatches } from "@/lib/log/segments/find-entries";
import {
  findCheckpointOfSize,
  findCheckpointCovering,
  findNewestCheckpoint,
  type PublishedCheckpoint,
} from "@/lib/log/tree/checkpoint-reader";
import { monotonicMs } from "@/lib/runtime/monotonic";

/** The checkpoint that an export folds to, with its log's origin and key. */
export type ExportCheckpoint = Readonly<{
  origin: string;
  vkey: string;
  note: string;
  size: number;
}>;
/** The content of an export, fixed before its first chunk: nothing is added below `range.high`. */
export type ExportScope = Readonly<{
  filter: Filter;
  range: Range;
  isWhole: boolean;
  count: number;
  /** Null if no published checkpoint covers the export. */
  checkpoint: ExportCheckpoint | null;
}>;

type Db = Pick<Deps, "db">["db"];

export const defaultCheckpointTimeoutMs = 3_000;
const indexTimeoutMs = 10_000;
const pollIntervalMs = 50;

/**
 * Determines what an export contains. By default: everything that matches and is committed now,
 * under a checkpoint that covers it if one is published within `checkpointTimeoutMs`, else under
 * the last one. With `at`: what the published checkpoint of that size covers. Throws AppError
 * `audit.query`, `audit.index-behind`, `audit.no-checkpoint`, `audit.checkpoint-not-found`.
 */
export async function resolveExportScope(
  db: Db,
  query: EntryQuery,
  {
    at,
    coveredOnly,
    checkpointTimeoutMs,
  }: Readonly<{ at: number | null; coveredOnly: boolean; checkpointTimeoutMs: number }>,
): Promise<ExportScope> {
  const filter = parseFilter({ ...query, order: "asc", cursor: "" });
  const committed = await requireIndexed(db);
  const checkpoint =
    at === null
      ? await toExportCheckpoint(db, await waitForCheckpoint(db, committed, checkpointTimeoutMs))
      : await toExportCheckpoint(db, await findCheckpointOfSize(db, at));
  if (checkpoint === null && (at !== null || coveredOnly)) throw noCheckpointError(at);
  const high =
    checkpoint !== null && (at !== null || coveredOnly)
      ? checkpoint.size
      : Math.max(committed, checkpoint?.size ?? 0);
  // The checkpoint may cover entries committed since; they belong to the export, too.
  const indexedTo = await requireIndexed(db, high);
  const range = { low: 0, high: Math.min(indexedTo, high) };
  const isWhole =
    filter.clauses.length === 0 &&
    filter.from === null &&
    filter.until === null &&
    filter.reads === "include";
  return {
    filter,
    range,
    isWhole,
    count: isWhole ? range.high : await countMatches(db, searchOf(filter, range)),
    checkpoint,
  };
}

/**
 * How far the index is, once it has what was committed before, or so many entries. Of a log that is
 * halted, in which nothing is numbered anymore, what it holds can still be exported.
 */
async function requireIndexed(db: Db, wanted: number | null = null): Promise<number> {
  const { size, indexedTo, isComplete } = await awaitIndexed(db, indexTimeoutMs);
  if (wanted === null ? isComplete || indexedTo >= size : indexedTo >= wanted) return indexedTo;
  throw new AppError(
    "audit.index-behind",
    `Only ${indexedTo} of ${size} entries are indexed, so an export would be incomplete. Try again when the index has caught up.`,
    { retryAfterSeconds: 30 },
  );
}

const noCheckpointError = (at: number | null): AppError =>
  at === null
    ? new AppError(
        "audit.no-checkpoint",
        "No checkpoint has been published yet, so entries can't be proven. Try again in a moment.",
        { retryAfterSeconds: 5 },
      )
    : new AppError(
        "audit.checkpoint-not-found",
        `There is no published checkpoint of ${at} entries. Of checkpoints older than a day, one per hour is kept. Export without a checkpoint size to use the latest one.`,
      );

async function waitForCheckpoint(
  db: Db,
  size: number,
  timeoutMs: number,
): Promise<PublishedCheckpoint | null> {
  const newest = await findNewestCheckpoint(db);
  if (newest === null || newest.size >= size) return newest;
  for (
    const deadline = monotonicMs() + timeoutMs;
    monotonicMs() < deadline;
    await pause(pollIntervalMs)
  ) {
    const covering = await findCheckpointCovering(db, size);
    if (covering) return covering;
  }
  return findNewestCheckpoint(db);
}

/**
 * Null if there is no checkpoint, or if it covers more entries than the tree has: a log that lost
 * entries cannot prove anything with it.
 */
async function toExportCheckpoint(
  db: Db,
  checkpoint: PublishedCheckpoint | null,
): Promise<ExportCheckpoint | null> {
  if (checkpoint === null) return null;
  const {
    rows: [row],
  } = await db.pool.query<{ origin: string; vkey: string; size: string }>({
    name: "log-seal",
    text: "select l.origin, l.vkey, t.size from tlog.log l, tlog.tree t where l.generation = $1",
    values: [checkpoint.generation],
  });
  return row && Number(row.size) >= checkpoint.size
    ? { origin: row.origin, vkey: row.vkey, note: checkpoint.note, size: checkpoint.size }
    : null;
}
