import type { Database } from "@/lib/db/database";
import type { SourceView } from "./types-of-proof";

type Row = {
  id: string;
  boot: string;
  arrived: string;
  settled: string;
  missing: string;
  missing_count: string;
  last_seen: Date;
  ended: boolean;
};

const MOST_SHOWN = 50;

/**
 * The processes that number their entries: those with numbers that never arrived first, then whoever was heard last; `most` at most. As of
 * what is indexed: an entry is taken for missing only once its source has said that it was committed.
 */
export async function listSources(
  db: Pick<Database, "pool">,
  most = MOST_SHOWN,
): Promise<SourceView[]> {
  const { rows } = await db.pool.query<Row>({
    name: "log-sources",
    text: `select id, boot, arrived, settled, tlog.say_ranges(missing) as missing, tlog.count_ranges(missing) as missing_count, last_seen, ended
      from (select * from (select * from tlog.source where not isempty(missing) order by last_seen desc limit $1) as losing
        union select * from (select * from tlog.source order by last_seen desc limit $1) as latest) as shown
      order by isempty(missing), last_seen desc, id, boot limit $1`,
    values: [most],
  });
  return rows.map((row) => ({
    id: row.id,
    boot: row.boot,
    arrived: Number(row.arrived),
    settled: Number(row.settled),
    missing: row.missing,
    missingCount: Number(row.missing_count),
    lastSeenAt: row.last_seen.toISOString(),
    ended: row.ended,
  }));
}
