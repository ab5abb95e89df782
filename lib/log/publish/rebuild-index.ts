import { setTimeout as pause } from "node:timers/promises";
import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Recorded } from "@/lib/log/record/recorded";
import { rebuildSegments } from "@/lib/log/segments/rebuild-segments";
import { readIndexed } from "@/lib/log/segments/read-segments";
import type { Deps } from "@/lib/runtime/deps";
import { monotonicMs } from "@/lib/runtime/monotonic";

export type RebuildInput = Readonly<{
  /** Whether the index is discarded first, and the process that leads builds it from entry 0 on. */
  discard?: boolean;
  /** The one of `parts` equal parts of the log that this call rebuilds, from 1 on. */
  part?: number;
  parts?: number;
  /** After so long without any progress of the process that leads, it counts as not running. */
  stalledMs?: number;
  /** Entries of `total` are in the new index. */
  onProgress?: (done: number, total: number) => void;
}>;
export type RebuiltIndex = Readonly<{
  low: number;
  /** The first entry after those that were rebuilt. */
  high: number;
  /** Why some of the index is still as it was, or not built, in words. */
  refused: readonly string[];
}>;
type RebuildDeps = Pick<Deps, "db" | "clock" | "random" | "recorder">;

const pollIntervalMs = 200;
const defaultStalledMs = 60_000;

/**
 * Builds the search index again from the entries (permission log.continue): segment by segment while
 * the old ones are found, or from nothing, while searches say how far it is. Recorded before it
 * begins. Throws AppError `record.*`.
 */
export async function rebuildIndex(
  deps: RebuildDeps,
  actor: Actor,
  input: RebuildInput = {},
): Promise<Recorded<RebuiltIndex>> {
  authorize(actor, "log.continue");
  const { discard = false, part = 1, parts = 1, onProgress = () => {} } = input;
  const { size, upto } = await readIndexed(deps.db);
  const total = discard ? size : upto;
  const low = discard ? 0 : Math.floor((total * (part - 1)) / parts);
  const high = discard ? size : Math.floor((total * part) / parts);
  const { entryId } = await recordEntry(deps.recorder, actor, {
    action: "index.rebuilt",
    outcome: "success",
    target: null,
    details: { how: discard ? "discarded" : "in-place", low, high },
  });
  if (discard) {
    await deps.db.pool.query("select tlog.rebuild_search()");
    return { result: await waitForIndex(deps.db, size, input), entryId };
  }
  const { refused } = await rebuildSegments(deps.db, {
    low,
    high,
    onProgress: (done) => onProgress(Math.min(done, high), high),
  });
  return { result: { low, high, refused }, entryId };
}

/** Waits until the process that leads has indexed so many entries. */
async function waitForIndex(
  db: Deps["db"],
  total: number,
  { stalledMs = defaultStalledMs, onProgress = () => {} }: RebuildInput,
): Promise<RebuiltIndex> {
  let done = 0;
  for (let movedAt = monotonicMs(); done < total; await pause(pollIntervalMs)) {
    const { upto } = await readIndexed(db);
    if (upto > done) movedAt = monotonicMs();
    done = upto;
    onProgress(Math.min(done, total), total);
    if (monotonicMs() - movedAt > stalledMs) return { low: 0, high: done, refused: [stalledText] };
  }
  return { low: 0, high: total, refused: [] };
}

const stalledText =
  "Nothing was indexed for a while: no Chancery is running on this database. Once one is, it builds the rest by itself.";
