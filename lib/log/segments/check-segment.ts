import type { Page } from "@/lib/log/pure/segment-format";
import type { Queryable } from "@/lib/log/sequence/leader";

/** A segment as it is stored, without its pages. */
export type StoredSegment = Readonly<{
  id: string;
  low: number;
  high: number;
  sealed: boolean;
  firstMs: number;
  lastMs: number;
  root: Buffer;
}>;

const pagesAtOnce = 500;

type Row = {
  upto: string;
  id: string | null;
  low: string;
  high: string;
  sealed: boolean | null;
  first_ms: string | null;
  last_ms: string | null;
  root: Buffer | null;
};

/**
 * The segment that holds an entry, or the first one after it. Null if the entry is not indexed; if
 * it is and there is none, an empty segment at the end of the index.
 */
export async function findCovering(client: Queryable, seq: number): Promise<StoredSegment | null> {
  const { rows } = await client.query<Row>({
    name: "segment-covering",
    text: `select i.upto, s.id, coalesce(s.low, i.upto) as low, coalesce(s.high, i.upto) as high, s.sealed, s.first_ms, s.last_ms, s.root
      from tlog.indexed i left join lateral (select * from tlog.segment where high > $1 order by low limit 1) s on true`,
    values: [seq],
  });
  const row = rows[0];
  if (row === undefined || Number(row.upto) <= seq) return null;
  return {
    id: row.id ?? "0",
    low: Number(row.low),
    high: Number(row.high),
    sealed: row.sealed ?? false,
    firstMs: Number(row.first_ms ?? 0),
    lastMs: Number(row.last_ms ?? 0),
    root: row.root ?? Buffer.alloc(0),
  };
}

/**
 * Calls `take` with each page of a segment in order, whichever table they are in. `client` must see
 * one snapshot. Returns whether the segment is still there.
 */
export async function forEachStoredPage(
  client: Queryable,
  { id, sealed }: Pick<StoredSegment, "id" | "sealed">,
  take: (page: Page) => Promise<void>,
): Promise<boolean> {
  const { rows: found } = await client.query("select from tlog.segment where id = $1", [id]);
  for (let after: Buffer | null = null, isFull = found.length > 0; isFull;) {
    const { rows }: { rows: { first: Buffer; body: Buffer }[] } = await client.query({
      name: sealed ? "stored-pages" : "stored-pages-fresh",
      text: `select first, body from tlog.${sealed ? "page" : "page_fresh"} where segment = $1 and ($2::bytea is null or first > $2) order by first limit ${pagesAtOnce}`,
      values: [id, after],
    });
    for (const page of rows) await take(page);
    after = rows.at(-1)?.first ?? null;
    isFull = rows.length === pagesAtOnce;
  }
  return found.length > 0;
}
