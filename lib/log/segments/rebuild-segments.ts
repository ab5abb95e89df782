import { type Queryable, withClient } from "@/lib/log/sequence/leader";
import type { Database } from "@/lib/runtime/deps";
import { findCovering, type StoredSegment } from "./check-segment";
import { deriveSegment } from "./derive-segment";
import { replacedMeanwhile, writeSegmentAs } from "./write-segment";

export type Rebuilt = Readonly<{
  segments: number;
  /** Why parts of the index are still as they were, in words. */
  refused: readonly string[];
}>;
export type RebuildOptions = Readonly<{
  /** Only segments whose first entry is from `low` to `high - 1`. */
  low?: number;
  high?: number;
  /** Called with the number up to which the range is done. */
  onProgress?: (upto: number) => void;
}>;

const maxAttempts = 5;

/**
 * Derives each segment again from the entries' bytes and puts it in the place of the old one, which
 * is found until then. Several processes can each do a range. What can't be done segment by segment
 * is left as it is, and named.
 */
export async function rebuildSegments(
  db: Pick<Database, "pool">,
  { low = 0, high = Infinity, onProgress = () => {} }: RebuildOptions = {},
): Promise<Rebuilt> {
  const refused: string[] = [];
  let segments = 0;
  await withClient(db, async (client) => {
    let next = low;
    let attempts = 0;
    // Who does the range before does a segment that begins in it.
    let isFirst = low > 0;
    while (next < high) {
      const stored = await findCovering(client, next);
      if (stored === null) break;
      if (stored.low > next) refused.push(gapText(next, Math.min(stored.low, high)));
      if (stored.low >= high) break;
      const isDone = stored.low === stored.high || (isFirst && stored.low < next);
      isFirst = false;
      const result = isDone ? "skipped" : await rebuildOne(client, stored);
      // Another one covers these entries now: it may be larger, and hold what is not rebuilt yet.
      if (result === "replaced" && ++attempts < maxAttempts) continue;
      attempts = 0;
      if (result === "replaced") refused.push(`${placeOf(stored)} was replaced all the time.`);
      if (result === "long")
        refused.push(`${placeOf(stored)} has more entries than a segment can be derived from.`);
      if (result === "rebuilt") segments += 1;
      next = Math.max(next, stored.high);
      onProgress(next);
    }
  });
  return { segments, refused };
}

const placeOf = ({ low, high }: Pick<StoredSegment, "low" | "high">): string =>
  `The segment of the entries ${low} to ${high - 1}`;
const gapText = (low: number, high: number): string =>
  `No segment covers the entries ${low} to ${high - 1}, and a single one can't be added in between.`;

async function rebuildOne(
  client: Queryable,
  stored: StoredSegment,
): Promise<"rebuilt" | "replaced" | "long"> {
  const derived = await deriveSegment(client, stored);
  if (derived === null) return "long";
  try {
    const options = { sealed: stored.sealed, exclusive: true };
    await writeSegmentAs(client, options, derived.forEachPage);
    return "rebuilt";
  } catch (error) {
    if ((error as { code?: string }).code === replacedMeanwhile) return "replaced";
    throw error;
  }
}
