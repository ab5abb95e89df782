import type { Database } from "@/lib/runtime/deps";
import type { PublishedLog } from "@/lib/log/publish/published-log-cache";
import { AppError } from "@/lib/errors/app-error";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { fullTileWidth, tileWidth } from "@/lib/log/pure/tile";
import { rootAt, type ReadTile } from "@/lib/log/tree/build-proofs";
import { rootOfSync } from "@/lib/log/tree/hash-sync";
import { makeTileReader } from "@/lib/log/tree/tile-reader";

/**
 * Reads tiles of published sizes. Full tiles are cached: within one log they never change. So each
 * is proven before it is kept; a tile that was changed for a moment would be served until a restart.
 */
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
      if (width < fullTileWidth) return makeTileReader(db)(level, index, size);
      return addToCache(key, await readProvenTile(makeTileReader(db), log, { level, index }));
    },
  };
}

/**
 * A full tile whose hashes lead to the root of the log's checkpoint, over the tiles above it. Throws
 * AppError `log.tile-missing` if they don't.
 */
async function readProvenTile(
  read: ReadTile,
  log: PublishedLog,
  { level, index }: Readonly<{ level: number; index: number }>,
): Promise<Uint8Array> {
  const size = (index + 1) * fullTileWidth ** (level + 1);
  const hashes = await read(level, index, size);
  const [above, at] = [Math.floor(index / fullTileWidth), index % fullTileWidth];
  const width = tileWidth(level + 1, above, log.size);
  const parent =
    width === fullTileWidth
      ? await readProvenTile(read, log, { level: level + 1, index: above })
      : await readProvenEdge(read, log, { level: level + 1, index: above });
  const expected = parent.subarray(at * hashBytes, (at + 1) * hashBytes);
  if (Buffer.compare(rootOfSync(hashesOf(hashes)), expected) === 0) return hashes;
  throw new AppError(
    "log.tile-missing",
    `Tile ${level}/${index} in the database is not the one that the log's checkpoint was signed over.`,
  );
}

/** A partial tile at the right edge of the published tree, whose root is that of the checkpoint. */
async function readProvenEdge(
  read: ReadTile,
  { size, note }: PublishedLog,
  { level, index }: Readonly<{ level: number; index: number }>,
): Promise<Uint8Array> {
  const hashes = await read(level, index, size);
  const checkpoint = note === null ? null : parseCheckpoint(note);
  // Of a log that was continued, fewer entries are served than its last checkpoint covers.
  if (checkpoint === null || checkpoint.size !== size) return hashes;
  if (Buffer.compare(await rootAt(read, size), checkpoint.root) === 0) return hashes;
  throw new AppError(
    "log.tile-missing",
    "The tiles in the database don't lead to the root of the log's checkpoint.",
  );
}

const hashesOf = (tile: Uint8Array): Uint8Array[] =>
  Array.from({ length: tile.length / hashBytes }, (_none, at) =>
    tile.subarray(at * hashBytes, (at + 1) * hashBytes),
  );
