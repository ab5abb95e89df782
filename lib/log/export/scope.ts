import { setTimeout as pause } from "node:timers/promises";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { awaitIndexed } from "../await-indexed";
import { type Filter, filterOf } from "../filter";
import type { EntryQuery } from "../schema";
import { countEntries, rangeOf } from "../search";
import type { Range } from "../search-plan";
import {
  checkpointAt,
  checkpointCovering,
  newestCheckpoint,
  type PublishedCheckpoint,
} from "../tree-reader";

/** The checkpoint that an export folds to, and whose it is. */
export type Seal = Readonly<{ origin: string; vkey: string; note: string; size: number }>;
/** What an export holds, settled before its first piece: nothing is added below `range.high` any more. */
export type Scope = Readonly<{
  filter: Filter;
  range: Range;
  isWhole: boolean;
  count: number;
  seal: Seal | null;
}>;

type Db = Pick<Deps, "db">["db"];

export const SEAL_WITHIN_MS = 3_000;
const LONGEST_WAIT_MS = 10_000,
  LOOK_EVERY_MS = 50;

/**
 * Settles what an export holds: all that is committed now and matches, under a checkpoint that covers it if one is published within
 * `sealWithinMs`, else under the last one before; with `at`, what is below that published checkpoint. Throws AppError `audit.query`,
 * `audit.index-behind`, `audit.no-checkpoint`.
 */
export async function settleScope(
  db: Db,
  query: EntryQuery,
  {
    at,
    sealedOnly,
    sealWithinMs,
  }: Readonly<{ at: number | null; sealedOnly: boolean; sealWithinMs: number }>,
): Promise<Scope> {
  const filter = filterOf({ ...query, order: "asc", cursor: "" });
  const committed = await needIndexed(db, 0);
  const seal =
    at === null
      ? await sealOf(db, await newestFor(db, committed, sealWithinMs))
      : await sealOf(db, await checkpointAt(db, at));
  if (seal === null && (at !== null || sealedOnly)) throw noCheckpoint(at);
  const high =
    seal !== null && (at !== null || sealedOnly) ? seal.size : Math.max(committed, seal?.size ?? 0);
  // A checkpoint may cover what was committed since: then that belongs to the export too.
  const indexedTo = await needIndexed(db, high);
  const found = await rangeOf(db, filter, indexedTo),
    range = { ...found, high: Math.min(found.high, high) };
  const isWhole =
    filter.conditions.length === 0 &&
    filter.from === null &&
    filter.until === null &&
    filter.reads === "include";
  return {
    filter,
    range,
    isWhole,
    count: isWhole ? range.high : await countEntries(db, filter, range),
    seal,
  };
}

async function needIndexed(db: Db, wanted: number): Promise<number> {
  const { size, indexedTo } = await awaitIndexed(db, LONGEST_WAIT_MS);
  if (indexedTo >= (wanted || size)) return indexedTo;
  throw new AppError(
    "audit.index-behind",
    `The index holds ${indexedTo} of ${size} entries, so an export would not be complete. Try again when it has caught up.`,
    { kind: "unavailable", retryAfterSeconds: 30 },
  );
}

const noCheckpoint = (at: number | null): AppError =>
  at === null
    ? new AppError(
        "audit.no-checkpoint",
        "No checkpoint is published yet, so there is nothing to prove entries by. Try again in a moment.",
        { kind: "unavailable", retryAfterSeconds: 5 },
      )
    : new AppError(
        "audit.no-checkpoint",
        `There is no published checkpoint of ${at} entries. Of those older than a day one for each hour is kept; export anew for a fresh one.`,
        { kind: "not-found" },
      );

async function newestFor(
  db: Db,
  size: number,
  withinMs: number,
): Promise<PublishedCheckpoint | null> {
  const newest = await newestCheckpoint(db);
  if (newest === null || newest.size >= size) return newest;
  for (
    const giveUp = performance.now() + withinMs;
    performance.now() < giveUp;
    await pause(LOOK_EVERY_MS)
  ) {
    const covering = await checkpointCovering(db, size);
    if (covering) return covering;
  }
  return newestCheckpoint(db);
}

/** Null for none, and for one that says more than there is: a log that lost entries proves nothing by it. */
async function sealOf(db: Db, checkpoint: PublishedCheckpoint | null): Promise<Seal | null> {
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
