import { type Queryable, withClient } from "@/lib/log/sequence/leader";
import type { Database } from "@/lib/runtime/deps";
import { listSegments, type Segment } from "./read-segments";
import { readTexts } from "./read-texts";
import { type EncodedSegment, makeSegmentBuilder } from "./segment-builder";
import { writeSegment } from "./write-segment";

const readAtOnce = 512;

/**
 * Derives the segment of the entries `low` to `high - 1` from their bytes, and calls `pause` after
 * each small part. One that is missing counts as one that says nothing.
 */
export async function deriveSegment(
  client: Queryable,
  { low, high }: Pick<Segment, "low" | "high">,
  pause: () => Promise<void> = async () => {},
): Promise<EncodedSegment> {
  const builder = makeSegmentBuilder(low, { maxEntries: high - low });
  while (builder.high() < high) {
    const from = builder.high();
    for (const { text } of await readTexts(client, from, Math.min(high, from + readAtOnce))) {
      builder.add(text);
      await pause();
    }
  }
  return builder.encodeSlowly(pause);
}

/**
 * Derives every sealed segment again and puts it in the place of the old one, which is found until
 * then. Several processes can each do a part: segments whose place in the list leaves the remainder
 * `part` when divided by `parts`. Returns how many were replaced.
 */
export async function rebuildSegments(
  db: Database,
  { part = 0, parts = 1 }: Readonly<{ part?: number; parts?: number }> = {},
): Promise<number> {
  let replaced = 0;
  await withClient(db, async (client) => {
    const segments = await listSegments(client, 0, Number.MAX_SAFE_INTEGER);
    for (const segment of segments.filter(({ sealed }, n) => sealed && n % parts === part)) {
      await writeSegment(client, await deriveSegment(client, segment), true);
      replaced += 1;
    }
  });
  return replaced;
}
