import { PageError } from "@/lib/log/pure/segment-format";
import type { Pacer } from "@/lib/log/reconcile/pacer";
import {
  findCovering,
  readStoredSegment,
  type StoredSegment,
} from "@/lib/log/segments/check-segment";
import { findDifferences } from "@/lib/log/segments/find-differences";
import { deriveSegment } from "@/lib/log/segments/rebuild-segments";
import { withIndexSnapshot } from "@/lib/log/segments/read-segments";
import type { EncodedSegment } from "@/lib/log/segments/segment-builder";
import type { Database } from "@/lib/runtime/deps";
import { type Checks } from "./types";

type Db = Pick<Database, "pool">;
type IndexCheck = Pick<Checks, "index">;

const partsBeforeRest = 512;

/**
 * Derives every segment of the search index again, from the entries' bytes, and compares it with
 * what is stored, byte for byte. Covers the entries below `size`, as far as they are indexed; a
 * segment that takes the place of others meanwhile is compared instead of them.
 */
export async function checkIndex(
  db: Db,
  { index }: IndexCheck,
  size: number,
  { pacer, onProgress }: Readonly<{ pacer: Pacer; onProgress: (done: number) => void }>,
): Promise<void> {
  for (let next = 0; next < size;) {
    const stored = await withIndexSnapshot(db, (client) => findCovering(client, next));
    if (stored === null) return;
    if (stored.low > next)
      index.problem(`No segment of the index covers the entries ${next} to ${stored.low - 1}.`);
    if (stored.low < stored.high) await checkSegment(db, { index }, stored, pacer);
    index.count(stored.high - Math.max(next, stored.low));
    next = stored.high;
    onProgress(Math.min(next, size));
    await pacer.rest();
  }
}

async function checkSegment(
  db: Db,
  { index }: IndexCheck,
  { id, low, high }: Pick<StoredSegment, "id" | "low" | "high">,
  pacer: Pacer,
): Promise<void> {
  let parts = 0;
  const pause = (): Promise<void> =>
    ++parts % partsBeforeRest === 0 ? pacer.rest() : pacer.yieldIfBusy();
  const derived = await deriveSegment(db.pool, { low, high }, pause);
  const stored = await withIndexSnapshot(db, (client) => readStoredSegment(client, id));
  // Replaced meanwhile: what took its place has the same entries, and is compared by the next check.
  if (stored === null) return;
  for (const problem of problemsOf(stored, derived)) index.problem(problem);
}

function problemsOf(stored: StoredSegment, derived: EncodedSegment): string[] {
  const { low, high } = derived;
  const place = `The segment of the entries ${low} to ${high - 1}`;
  const problems: string[] = [];
  try {
    problems.push(...findDifferences(stored.pages, derived));
  } catch (error) {
    if (!(error instanceof PageError)) throw error;
    problems.push(`${place} has a page that can't be read.`);
  }
  if (problems.length === 0 && !stored.root.equals(derived.root))
    problems.push(`${place} has another digest than its entries give.`);
  if (stored.firstMs !== derived.firstMs || stored.lastMs !== derived.lastMs)
    problems.push(`${place} has the wrong span of time.`);
  return problems;
}
