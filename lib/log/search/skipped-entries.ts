import type { Database } from "@/lib/runtime/deps";
import type { Range } from "./filter";

/** How many entries of a range some reader could not read and skipped. */
export async function countSkippedEntries(
  { pool }: Pick<Database, "pool">,
  { low, high }: Range,
): Promise<number> {
  const { rows } = await pool.query<{ count: string }>({
    name: "log-skipped",
    text: "select count(distinct seq) as count from tlog.skipped_entry where seq >= $1 and seq < $2",
    values: [low, high],
  });
  return Number(rows[0]?.count ?? 0);
}

export type SkippedCount = Readonly<{ reader: string; count: number }>;

/** How many entries each reader skipped. */
export async function countSkippedByReader({
  pool,
}: Pick<Database, "pool">): Promise<SkippedCount[]> {
  const { rows } = await pool.query<SkippedCount>({
    name: "log-skipped-by-reader",
    text: "select reader, count(*)::int as count from tlog.skipped_entry group by reader order by reader limit 50",
  });
  return rows;
}
