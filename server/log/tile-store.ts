import type { Database } from "@/lib/runtime/deps";
import type { PublishedLog } from "@/lib/log/publish/published-log-cache";
import { fullTileWidth } from "@/lib/log/pure/tile";
import { makeTileReader } from "@/lib/log/tree/tile-reader";

/** Reads tiles of published sizes. Full tiles are cached: within one log they never change. */
export type TileStore = Readonly<{
  read: (log: PublishedLog, level: number, index: number, width: number) => Promise<Uint8Array>;
}>;

const hashBytes = 32,
  maxCached = 2_048;

export function makeTileStore(db: Pick<Database, "pool">): TileStore {
  let generation = 0;
  const cache = new Map<string, Uint8Array>();
  const addToCache = (key: string, hashes: Uint8Array): Uint8Array => {
    cache.set(key, hashes);
    if (cache.size > maxCached) cache.delete(cache.keys().next().value!);
    return hashes;
  };
  return {
    read: async (log, level, index, width) => {
      // A continuation starts from a restored database, whose tree may end in other tiles.
      if (log.generation > generation) cache.clear();
      generation = Math.max(generation, log.generation);
      const key = `${level}/${index}`,
        cached = cache.get(key);
      if (cached !== undefined) return cached.subarray(0, width * hashBytes);
      const size = (index * fullTileWidth + width) * fullTileWidth ** level;
      const hashes = await makeTileReader(db)(level, index, size);
      return width === fullTileWidth ? addToCache(key, hashes) : hashes;
    },
  };
}
