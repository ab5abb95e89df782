import type { Database } from "@/lib/db/database";
import { AppError } from "@/lib/errors/app-error";
import { tileWidth } from "./pure/tile";
import { rememberTiles, type ReadHashes } from "./tree/prove";

type Queryable = Pick<Database["pool"], "query">;
export type PublishedCheckpoint = Readonly<{
  generation: number;
  size: number;
  root: Uint8Array;
  note: string;
  signedAt: Date;
  publishedAt: Date | null;
}>;

const HASH = 32;

// One statement, so that a tile that gets full meanwhile is seen either in the edge or as a tile, never in neither.
const readTileSql = {
  name: "log-tile",
  text: `select coalesce(t.hashes, case when r.size >> (8 * ($1::int + 1)) = $2::bigint then r.edge[$1::int + 1] end) as hashes, r.size
    from tlog.tree r left join tlog.tile t on t.level = $1::int and t.idx = $2::bigint`,
} as const;

/**
 * Reads the tree's tiles, full ones and partial ones, for any size that the tree has passed: a partial tile of a smaller tree is the beginning
 * of what stands there now. Throws AppError `log.tree-behind` for a larger size than the tree has, or than `maxSize`.
 */
export function makeReadHashes(
  db: Readonly<{ pool: Queryable }>,
  maxSize = Number.MAX_SAFE_INTEGER,
): ReadHashes {
  return rememberTiles(async (level, index, size) => {
    const width = tileWidth(level, index, size);
    if (width === 0) return new Uint8Array();
    const {
      rows: [row],
    } = await db.pool.query<{ hashes: Buffer | null; size: string }>({
      ...readTileSql,
      values: [level, index],
    });
    if (size > Math.min(Number(row?.size ?? 0), maxSize))
      throw new AppError("log.tree-behind", `The tree does not hold ${size} entries yet.`, {
        kind: "unavailable",
        retryAfterSeconds: 1,
      });
    const hashes = row?.hashes ?? null;
    if (hashes === null || hashes.length < width * HASH)
      throw new AppError(
        "log.tile-missing",
        `Tile ${level}/${index} of the log's tree is missing or too short in the database.`,
        { kind: "unavailable" },
      );
    return new Uint8Array(hashes.subarray(0, width * HASH));
  });
}

const checkpointColumns = `generation, size, root, note, signed_at as "signedAt", published_at as "publishedAt"`;

async function readCheckpoint(
  db: Readonly<{ pool: Queryable }>,
  where: string,
  values: readonly unknown[],
): Promise<PublishedCheckpoint | null> {
  const {
    rows: [row],
  } = await db.pool.query<Omit<PublishedCheckpoint, "size"> & { size: string }>(
    `select ${checkpointColumns} from tlog.checkpoint where ${where}`,
    [...values],
  );
  return row ? { ...row, root: new Uint8Array(row.root), size: Number(row.size) } : null;
}

/** The newest published checkpoint of the newest log that has one; null before the first. */
export const newestCheckpoint = (
  db: Readonly<{ pool: Queryable }>,
): Promise<PublishedCheckpoint | null> =>
  readCheckpoint(db, "published_at is not null order by generation desc, size desc limit 1", []);

/** The published checkpoint of exactly that size, of the newest log that has one; null if there is none. */
export const checkpointAt = (
  db: Readonly<{ pool: Queryable }>,
  size: number,
): Promise<PublishedCheckpoint | null> =>
  readCheckpoint(db, "published_at is not null and size = $1 order by generation desc limit 1", [
    size,
  ]);

/** The smallest published checkpoint of the newest log that covers that many entries; null if none does yet. */
export const checkpointCovering = (
  db: Readonly<{ pool: Queryable }>,
  size: number,
): Promise<PublishedCheckpoint | null> =>
  readCheckpoint(
    db,
    "published_at is not null and size >= $1 and generation = (select max(generation) from tlog.log) order by size limit 1",
    [size],
  );
