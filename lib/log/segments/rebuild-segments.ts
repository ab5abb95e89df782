import { withClient } from "@/lib/log/sequence/leader";
import type { Database } from "@/lib/runtime/deps";
import { deriveSegment } from "./derive-segment";
import { listSegments } from "./read-segments";
import { writeSegmentAs } from "./write-segment";

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
      const derived = await deriveSegment(client, segment);
      if (derived === null) continue;
      await writeSegmentAs(client, { sealed: true }, derived.forEachPage);
      replaced += 1;
    }
  });
  return replaced;
}
