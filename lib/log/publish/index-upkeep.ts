import { mergeOldest, mostSegments } from "@/lib/log/segments/merge-oldest";
import { findNewestSealed } from "@/lib/log/segments/read-segments";
import { recordSeals, type SealDeps } from "./record-seals";

/**
 * Upkeep of the search index, for the leader: records the digests of segments that were sealed since
 * the last call, and puts the oldest together while there are more than `most`.
 */
export function makeIndexUpkeep(deps: SealDeps, most = mostSegments): () => Promise<void> {
  const known = new Set<string>();
  let seen: string | null = null;
  const record = async (): Promise<void> => {
    const newest = await findNewestSealed(deps.db);
    if (newest !== seen && (await recordSeals(deps, known)) !== null) seen = newest;
  };
  return async () => {
    await record();
    // Its own digest is recorded before the next one is made.
    while ((await mergeOldest(deps.db, most)) !== null) await record();
  };
}
