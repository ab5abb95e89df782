import type { Database } from "@/lib/db/database";
import { TILE_WIDTH } from "@/lib/log/pure/tile";
import type { PublishedLog } from "@/lib/log/published";
import { makeReadHashes } from "@/lib/log/tree-reader";

/** Reads tiles of a size that is published. Full ones stay in memory: they never change as long as the log is the same. */
export type TileStore = Readonly<{
  read: (log: PublishedLog, level: number, index: number, width: number) => Promise<Uint8Array>;
}>;

const HASH = 32,
  MOST_KEPT = 2_048;

export function makeTileStore(db: Pick<Database, "pool">): TileStore {
  let generation = 0;
  const kept = new Map<string, Uint8Array>();
  const keep = (key: string, hashes: Uint8Array): Uint8Array => {
    kept.set(key, hashes);
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
    return hashes;
  };
  return {
    read: async (log, level, index, width) => {
      // A continuation begins with a restored database, whose tree ends with other tiles.
      if (log.generation > generation) kept.clear();
      generation = Math.max(generation, log.generation);
      const key = `${level}/${index}`,
        known = kept.get(key);
      if (known !== undefined) return known.subarray(0, width * HASH);
      const size = (index * TILE_WIDTH + width) * TILE_WIDTH ** level;
      const hashes = await makeReadHashes(db)(level, index, size);
      return width === TILE_WIDTH ? keep(key, hashes) : hashes;
    },
  };
}
