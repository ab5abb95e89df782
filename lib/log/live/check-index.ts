import type { Database } from "@/lib/db/database";
import { type Checks } from "./types";

type Row = { upto: string; seq: string | null; problem: string | null };

/** Compares the search rows of the entries from … below with what the entries say, as far as they are indexed. */
export async function checkIndex(
  { pool }: Pick<Database, "pool">,
  { index }: Pick<Checks, "index">,
  from: number,
  below: number,
): Promise<void> {
  const { rows } = await pool.query<Row>({
    name: "verify-index",
    text: "select i.upto, d.seq, d.problem from tlog.indexed i left join lateral tlog.index_differences($1, least($2, i.upto)) d on true",
    values: [from, below],
  });
  index.looked(Math.max(0, Math.min(below, Number(rows[0]?.upto ?? 0)) - from));
  for (const { seq, problem } of rows)
    if (problem !== null) index.wrong(`Entry ${seq} ${problem}.`);
}

const SPANS = 200;

/** The spans of time by which searches find their range: each must hold the times of its block. */
export async function checkSpans(
  { pool }: Pick<Database, "pool">,
  { index }: Pick<Checks, "index">,
  size: number,
): Promise<void> {
  for (let block = 0; block << 12 < size; block += SPANS) {
    const { rows } = await pool.query<{ block: string }>(
      `with times as (select seq >> 12 as block, min(ts) as first_ts, max(ts) as last_ts from tlog.search where seq >= $1::bigint << 12 and seq < ($1::bigint + $2) << 12 group by 1)
       select block from times t left join tlog.span s using (block) where s.block is null or s.first_ts > t.first_ts or s.last_ts < t.last_ts order by block`,
      [block, SPANS],
    );
    for (const row of rows)
      index.wrong(
        `The times of the entries ${Number(row.block) * 4_096} to ${Number(row.block) * 4_096 + 4_095} are not those that the index searches by.`,
      );
  }
}
