import type { Database } from "@/lib/db/database";
import type { SourceView } from "@/lib/log/view-types";

type Row = {
  id: string;
  boot: string;
  arrived: string;
  settled: string;
  missing: string;
  missing_count: string;
  unsettled: string;
  unsettled_count: string;
  last_seen: Date;
  ended: boolean;
};

const defaultLimit = 50;

/**
 * The sources of entries: those with missing entries first, then the most recently seen; at most
 * `limit`. As of the index. An entry counts as missing only after its source has reported it as
 * committed; until then, a number below one that arrived is unsettled.
 */
export async function listSources(
  db: Pick<Database, "pool">,
  limit = defaultLimit,
): Promise<SourceView[]> {
  const { rows } = await db.pool.query<Row>({
    name: "log-sources",
    text: `select id, boot, arrived, settled, tlog.say_ranges(missing) as missing, tlog.count_ranges(missing) as missing_count,
        tlog.say_ranges(open) as unsettled, tlog.count_ranges(open) as unsettled_count, last_seen, ended
      from (select * from (select * from tlog.source where not isempty(missing) order by last_seen desc limit $1) as losing
        union select * from (select * from tlog.source order by last_seen desc limit $1) as latest) as shown
      cross join lateral (select int8multirange(int8range(1, greatest(upper(accounted), 1))) - accounted - missing as open) as holes
      order by isempty(missing), last_seen desc, id, boot limit $1`,
    values: [limit],
  });
  return rows.map((row) => ({
    id: row.id,
    boot: row.boot,
    arrived: Number(row.arrived),
    settled: Number(row.settled),
    missing: row.missing,
    missingCount: Number(row.missing_count),
    unsettled: row.unsettled,
    unsettledCount: Number(row.unsettled_count),
    lastSeenAt: row.last_seen.toISOString(),
    ended: row.ended,
  }));
}
