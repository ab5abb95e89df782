import type { Database } from "@/lib/runtime/deps";
import { AppError } from "@/lib/errors/app-error";
import { encodeBundle, fullTileWidth, tileWidth } from "@/lib/log/pure/tile";
import { cacheTiles, type ReadTile } from "./build-proofs";

type Db = Readonly<{ pool: Pick<Database["pool"], "query"> }>;

const hashBytes = 32;

// One statement, so that a tile that becomes full in the meantime is seen either in the edge or as
// a tile, never in neither.
const tileQuery = {
  name: "log-tile",
  text: `select coalesce(t.hashes, case when r.size >> (8 * ($1::int + 1)) = $2::bigint then r.edge[$1::int + 1] end) as hashes, r.size
    from tlog.tree r left join tlog.tile t on t.level = $1::int and t.idx = $2::bigint`,
} as const;

/**
 * Reads tiles of the stored tree, full and partial, for any size that the tree has reached: a
 * partial tile of a smaller tree is a prefix of the stored one. Throws AppError `log.tree-behind`
 * for a size larger than the tree's or than `maxSize`, and `log.tile-missing`.
 */
export function makeTileReader(db: Db, maxSize = Number.MAX_SAFE_INTEGER): ReadTile {
  return cacheTiles(async (level, index, size) => {
    const width = tileWidth(level, index, size);
    if (width === 0) return new Uint8Array();
    const {
      rows: [row],
    } = await db.pool.query<{ hashes: Buffer | null; size: string }>({
      ...tileQuery,
      values: [level, index],
    });
    if (size > Math.min(Number(row?.size ?? 0), maxSize))
      throw new AppError("log.tree-behind", `The tree does not have ${size} entries yet.`, {
        retryAfterSeconds: 1,
      });
    const hashes = row?.hashes ?? null;
    if (hashes === null || hashes.length < width * hashBytes)
      throw new AppError(
        "log.tile-missing",
        `Tile ${level}/${index} of the log's tree is missing from the database or too short.`,
      );
    return new Uint8Array(hashes.subarray(0, width * hashBytes));
  });
}

/**
 * The first `width` entries of an entry bundle, encoded as in C2SP tlog-tiles. Throws AppError
 * `log.entries-missing`.
 */
export async function readEntryBundle(db: Db, index: number, width: number): Promise<Uint8Array> {
  const from = index * fullTileWidth;
  const { rows } = await db.pool.query<{ entry: Buffer }>({
    name: "log-bundle",
    text: "select entry from tlog.entry where seq >= $1 and seq < $2 order by seq",
    values: [from, from + width],
  });
  if (rows.length !== width)
    throw new AppError(
      "log.entries-missing",
      `The database holds only ${rows.length} of the entries ${from} to ${from + width - 1}.`,
    );
  return encodeBundle(rows.map(({ entry }) => entry));
}
