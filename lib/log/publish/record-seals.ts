import { systemActor } from "@/lib/access/actor";
import { newId } from "@/lib/format/ids";
import { maxSegmentEntries } from "@/lib/log/derive/segment-builder";
import { factRun, segmentFormat } from "@/lib/log/pure/search-tokens";
import { readEntry } from "@/lib/log/read-entry";
import { recordEntry } from "@/lib/log/record/record-entry";
import { findRows } from "@/lib/log/segments/find-rows";
import { awaitIndexed } from "@/lib/log/sequence/await-indexed";
import type { Deps } from "@/lib/runtime/deps";

export type SealDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;
type Row = { low: string; high: string; root: string; pages: number };

/**
 * Records the digest of each sealed segment of the search index that no entry has yet, so that the
 * index can be compared with what it was when it was sealed. Does nothing while the index is built,
 * because a digest may be in what is not indexed: null then, else how many were recorded. `known`:
 * what this process has recorded, which may not be indexed yet. Throws AppError `record.*`.
 */
export async function recordSeals(
  deps: SealDeps,
  known = new Set<string>(),
): Promise<number | null> {
  const { size, indexedTo } = await awaitIndexed(deps.db);
  if (size - indexedTo >= maxSegmentEntries) return null;
  const { rows } = await deps.db.pool.query<Row>(
    "select low, high, encode(root, 'hex') as root, pages from tlog.segment where sealed order by low",
  );
  const recorded = rows.length === 0 ? new Set() : await findRecorded(deps);
  const missing = rows.filter((row) => !recorded.has(keyOf(row)) && !known.has(keyOf(row)));
  const actor = systemActor("index", newId("req", deps.clock.now(), deps.random.bytes));
  for (const row of missing) {
    const { low, high, root, pages } = row;
    await recordEntry(deps.recorder, actor, {
      action: "index.sealed",
      outcome: "success",
      target: null,
      details: { low: Number(low), high: Number(high), format: segmentFormat, root, pages },
    });
    known.add(keyOf(row));
  }
  return missing.length;
}

const keyOf = ({ low, high, root }: Readonly<Record<"low" | "high" | "root", unknown>>): string =>
  `${String(low)}-${String(high)}-${String(root)}`;

async function findRecorded({ db }: Pick<Deps, "db">): Promise<ReadonlySet<unknown>> {
  const rows = await findRows(db, { all: [[factRun("action", "index.sealed")]] }, Infinity);
  return new Set(
    rows.flatMap(({ entry, entry_id: id }) => {
      const reading = readEntry(entry, id);
      if (!reading.readable) return [];
      const { low, high, root } = reading.record.details;
      return [keyOf({ low, high, root })];
    }),
  );
}
