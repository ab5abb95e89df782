import type { Database } from "@/lib/runtime/deps";
import { type Checks } from "./types";

type Row = { upto: string; seq: string | null; problem: string | null };

/** Compares the search rows of the entries `from` to `end - 1`, as far as indexed, with the entries. */
export async function checkIndex(
  { pool }: Pick<Database, "pool">,
  { index }: Pick<Checks, "index">,
  from: number,
  end: number,
): Promise<void> {
  const { rows } = await pool.query<Row>({
    name: "verify-index",
    text: "select i.upto, d.seq, d.problem from tlog.indexed i left join lateral tlog.index_differences($1, least($2, i.upto)) d on true",
    values: [from, end],
  });
  index.count(Math.max(0, Math.min(end, Number(rows[0]?.upto ?? 0)) - from));
  for (const { seq, problem } of rows)
    if (problem !== null) index.problem(`Entry ${seq} ${problem}.`);
}

const blocksPerQuery = 200;

/** Checks the time span of each block, by which searches find their range of entries. */
export async function checkTimeSpans(
  { pool }: Pick<Database, "pool">,
  { index }: Pick<Checks, "index">,
  size: number,
): Promise<void> {
  for (let block = 0; block << 12 < size; block += blocksPerQuery) {
    const { rows } = await pool.query<{ block: string }>(
      `with times as (select seq >> 12 as block, min(ts) as first_ts, max(ts) as last_ts from tlog.search where seq >= $1::bigint << 12 and seq < ($1::bigint + $2) << 12 group by 1)
       select block from times t left join tlog.span s using (block) where s.block is null or s.first_ts > t.first_ts or s.last_ts < t.last_ts order by block`,
      [block, blocksPerQuery],
    );
    for (const row of rows)
      index.problem(
        `The index has the wrong time span for the entries ${Number(row.block) * 4_096} to ${Number(row.block) * 4_096 + 4_095}.`,
      );
  }
}
