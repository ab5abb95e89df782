import type { Database } from "@/lib/db/database";
import { AppError } from "@/lib/errors/app-error";
import { encodeBundle, TILE_WIDTH } from "./pure/tile";

/** The first `width` entries of a bundle, in its own encoding (C2SP tlog-tiles). Throws AppError `log.entries-missing` if one is not there. */
export async function readBundle(
  db: Pick<Database, "pool">,
  index: number,
  width: number,
): Promise<Uint8Array> {
  const from = index * TILE_WIDTH;
  const { rows } = await db.pool.query<{ entry: Buffer }>({
    name: "log-bundle",
    text: "select entry from tlog.entry where seq >= $1 and seq < $2 order by seq",
    values: [from, from + width],
  });
  if (rows.length !== width)
    throw new AppError(
      "log.entries-missing",
      `Of the entries ${from} to ${from + width - 1} only ${rows.length} are there.`,
      { kind: "unavailable" },
    );
  return encodeBundle(rows.map(({ entry }) => entry));
}
