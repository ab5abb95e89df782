import type { Database } from "@/lib/runtime/deps";
import type { IndexSearch } from "./walk-segments";

/**
 * The numbers among which a search's times are: exact to a segment, never too few. All of its
 * numbers if it names no time.
 */
export async function findTimeRange(
  { pool }: Pick<Database, "pool">,
  { low, high, fromMs = null, untilMs = null }: IndexSearch,
): Promise<Readonly<{ low: number; high: number }>> {
  if (fromMs === null && untilMs === null) return { low, high };
  const { rows } = await pool.query<{ low: string | null; high: string | null }>({
    name: "segments-of-times",
    text: "select min(low) as low, max(high) as high from tlog.segment where ($1::bigint is null or last_ms >= $1) and ($2::bigint is null or first_ms < $2)",
    values: [fromMs, untilMs],
  });
  const found = rows[0];
  return found?.low && found.high
    ? { low: Math.max(low, Number(found.low)), high: Math.min(high, Number(found.high)) }
    : { low: 0, high: 0 };
}
