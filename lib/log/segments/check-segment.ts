import type { Queryable } from "@/lib/log/sequence/leader";
import type { Page } from "@/lib/log/pure/segment-format";

/** A segment as it is stored, with all pages. */
export type StoredSegment = Readonly<{
  id: string;
  low: number;
  high: number;
  firstMs: number;
  lastMs: number;
  root: Buffer;
  pages: readonly Page[];
}>;

/**
 * The segment that holds an entry, or the first one after it. Null if the entry is not indexed; if
 * it is and there is none, a range without entries at the end of the index.
 */
export async function findCovering(
  client: Queryable,
  seq: number,
): Promise<Readonly<{ id: string; low: number; high: number }> | null> {
  const { rows } = await client.query<{
    upto: string;
    id: string | null;
    low: string;
    high: string;
  }>({
    name: "segment-covering",
    text: `select i.upto, s.id, coalesce(s.low, i.upto) as low, coalesce(s.high, i.upto) as high
      from tlog.indexed i left join lateral (select id, low, high from tlog.segment where high > $1 order by low limit 1) s on true`,
    values: [seq],
  });
  const row = rows[0];
  if (row === undefined || Number(row.upto) <= seq) return null;
  return { id: row.id ?? "0", low: Number(row.low), high: Number(row.high) };
}

/** A segment with its pages in order, whichever table they are in; null if it was replaced. */
export async function readStoredSegment(
  client: Queryable,
  id: string,
): Promise<StoredSegment | null> {
  const { rows } = await client.query<{
    sealed: boolean;
    low: string;
    high: string;
    first_ms: string;
    last_ms: string;
    root: Buffer;
  }>("select sealed, low, high, first_ms, last_ms, root from tlog.segment where id = $1", [id]);
  const row = rows[0];
  if (row === undefined) return null;
  const pages = await client.query<{ first: Buffer; body: Buffer }>(
    `select first, body from tlog.${row.sealed ? "page" : "page_fresh"} where segment = $1 order by first`,
    [id],
  );
  return {
    id,
    low: Number(row.low),
    high: Number(row.high),
    firstMs: Number(row.first_ms),
    lastMs: Number(row.last_ms),
    root: row.root,
    pages: pages.rows,
  };
}
