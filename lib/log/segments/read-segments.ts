import type { TokenRun } from "@/lib/log/pure/search-tokens";
import { decodeHead, decodeTimes, timeKey } from "@/lib/log/pure/segment-format";
import type { Queryable } from "@/lib/log/sequence/leader";
import type { Database } from "@/lib/runtime/deps";

/** A segment of the index: entries `low` to `high - 1`. Times are milliseconds since 1970. */
export type Segment = Readonly<{
  id: string;
  low: number;
  high: number;
  sealed: boolean;
  firstMs: number;
  lastMs: number;
}>;

/** The segments that hold entries from `low` to `high - 1`, in order. */
export async function listSegments(
  client: Queryable,
  low: number,
  high: number,
): Promise<Segment[]> {
  const { rows } = await client.query<[string, string, string, boolean, string, string]>({
    name: "segments",
    text: "select id, low, high, sealed, first_ms, last_ms from tlog.segment where high > $1 and low < $2 order by low",
    values: [low, high],
    rowMode: "array",
  });
  return rows.map(([id, from, to, sealed, firstMs, lastMs]) => ({
    id,
    low: Number(from),
    high: Number(to),
    sealed,
    firstMs: Number(firstMs),
    lastMs: Number(lastMs),
  }));
}

/** How many entries are numbered, and below which number all are indexed. */
export async function readIndexed({
  pool,
}: Readonly<{ pool: Queryable }>): Promise<Readonly<{ size: number; upto: number }>> {
  const { rows } = await pool.query<{ size: string; upto: string }>({
    name: "index-reach",
    text: "select size, upto from tlog.head, tlog.indexed",
  });
  return { size: Number(rows[0]?.size ?? 0), upto: Number(rows[0]?.upto ?? 0) };
}

/** The id of the sealed segment that was made last; null if there is none. */
export async function findNewestSealed({ pool }: Pick<Database, "pool">): Promise<string | null> {
  const { rows } = await pool.query<{ id: string | null }>({
    name: "newest-sealed",
    text: "select max(id) as id from tlog.segment where sealed",
  });
  return rows[0]?.id ?? null;
}

/** Pages that may hold a run, by segment and run: `pages[segment][run]`. */
export type RunPages = readonly (readonly (readonly Uint8Array[])[])[];

const wavePagesSql = (table: string): string =>
  `select s.n, t.n, p.body from unnest($1::bigint[]) with ordinality s (id, n) cross join unnest($2::bytea[], $3::bytea[]) with ordinality t (low, high, n)
   cross join lateral (
     (select body from tlog.${table} where segment = s.id and first <= t.low and first > '\\x00ffff' order by first desc limit 1)
     union all (select body from tlog.${table} where segment = s.id and first > t.low and first < t.high)) p`;

/** Reads the pages of all runs in all of these segments, one statement for each kind of segment. */
export async function readRunPages(
  client: Queryable,
  segments: readonly Segment[],
  runs: readonly TokenRun[],
): Promise<RunPages> {
  const pages = segments.map(() => runs.map((): Uint8Array[] => []));
  if (runs.length === 0) return pages;
  const lows = runs.map(({ low }) => Buffer.from(low));
  const ends = runs.map(({ end }) => (end === null ? null : Buffer.from(end)));
  for (const sealed of [true, false]) {
    const places = segments.flatMap((segment, n) => (segment.sealed === sealed ? [n] : []));
    if (places.length === 0) continue;
    const { rows } = await client.query<[string, string, Buffer]>({
      name: sealed ? "segment-pages" : "segment-pages-fresh",
      text: wavePagesSql(sealed ? "page" : "page_fresh"),
      values: [places.map((n) => segments[n]!.id), lows, ends],
      rowMode: "array",
    });
    for (const [segment, run, body] of rows)
      pages[places[Number(segment) - 1]!]![Number(run) - 1]!.push(body);
  }
  return pages;
}

/** 4,096 entries of a segment. */
export type Block = Readonly<{ segment: Segment; block: number }>;

/**
 * Reads the times of blocks, in milliseconds since 1970, in the order that they are given; none for
 * a page that is missing.
 */
export async function readTimes(
  client: Queryable,
  blocks: readonly Block[],
): Promise<readonly Float64Array[]> {
  const times = blocks.map((): Float64Array => new Float64Array(0));
  for (const sealed of [true, false]) {
    const places = blocks.flatMap(({ segment }, n) => (segment.sealed === sealed ? [n] : []));
    if (places.length === 0) continue;
    const { rows } = await client.query<[string, Buffer]>({
      name: sealed ? "segment-times" : "segment-times-fresh",
      text: `select t.n, p.body from unnest($1::bigint[], $2::bytea[]) with ordinality t (id, key, n)
        join tlog.${sealed ? "page" : "page_fresh"} p on p.segment = t.id and p.first = t.key`,
      values: [
        places.map((n) => blocks[n]!.segment.id),
        places.map((n) => Buffer.from(timeKey(blocks[n]!.block))),
      ],
      rowMode: "array",
    });
    for (const [n, body] of rows) times[places[Number(n) - 1]!] = decodeTimes(body);
  }
  return times;
}

/**
 * Reads the earliest and the latest time of each 4,096 entries of these segments, one after the
 * other, by the segment's id.
 */
export async function readSpans(
  client: Queryable,
  segments: readonly Segment[],
): Promise<ReadonlyMap<string, Float64Array>> {
  const spans = new Map<string, Float64Array>();
  for (const sealed of [true, false]) {
    const ids = segments.filter((segment) => segment.sealed === sealed).map(({ id }) => id);
    if (ids.length === 0) continue;
    const { rows } = await client.query<[string, Buffer]>({
      name: sealed ? "segment-heads" : "segment-heads-fresh",
      text: `select segment, body from tlog.${sealed ? "page" : "page_fresh"} where segment = any($1::bigint[]) and first = ''`,
      values: [ids],
      rowMode: "array",
    });
    for (const [id, body] of rows) spans.set(id, decodeHead(body)?.spans ?? new Float64Array(0));
  }
  return spans;
}
