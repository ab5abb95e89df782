import type { Queryable } from "@/lib/log/sequence/leader";
import type { Database } from "@/lib/runtime/deps";
import type { EntryBits } from "@/lib/log/pure/segment-format";
import { countShared, forEachBit, intersect } from "@/lib/log/derive/entry-bits";
import { withSnapshot } from "@/lib/db/snapshot";
import {
  blockOf,
  blocksOf,
  type Clause,
  type IndexSearch,
  type SegmentMatch,
  spanOfBlock,
  walkSegments,
} from "./walk-segments";

/** The times of the earliest and the latest match, in milliseconds since 1970. */
export type TimeSpan = Readonly<{ first: number; last: number }>;
export type CountsByTime<Bucket> = Readonly<{
  span: TimeSpan;
  /** Matches of each kind in each bucket; buckets without any may be missing. */
  counts: ReadonlyMap<Bucket, readonly number[]>;
}>;

/**
 * How many matches of each kind there are in each bucket of time; null if nothing matches. `choose`
 * gets the span of all matches and returns the bucket of a time.
 */
export const countByTime = <Bucket>(
  db: Pick<Database, "pool">,
  search: IndexSearch,
  kinds: readonly Clause[],
  choose: (span: TimeSpan) => (ms: number) => Bucket,
): Promise<CountsByTime<Bucket> | null> =>
  withSnapshot(db, async (client) => {
    const matches = await findAll(client, search, kinds);
    const first = await findFirst(matches);
    if (first === null) return null;
    const span = { first, last: (await findLast(matches)) ?? first };
    const bucketOf = choose(span);
    const counts = new Map<Bucket, number[]>();
    const add = (bucket: Bucket, kind: number, count: number): void => {
      const known = counts.get(bucket) ?? kinds.map(() => 0);
      known[kind]! += count;
      counts.set(bucket, known);
    };
    for (const match of matches) await countMatch(match, bucketOf, add);
    return { span, counts };
  });

async function findAll(
  client: Queryable,
  search: IndexSearch,
  aside: readonly Clause[],
): Promise<readonly SegmentMatch[]> {
  const matches: SegmentMatch[] = [];
  const visit = (match: SegmentMatch): boolean => matches.push(match) > 0;
  await walkSegments(client, search, visit, { aside, spans: true });
  return matches;
}

type Block = Readonly<{ match: SegmentMatch; block: number; least: number; most: number }>;

const blocksIn = (matches: readonly SegmentMatch[]): Block[] =>
  matches.flatMap((match) =>
    blocksOf(match.bits).map((block) => {
      const [least, most] = spanOfBlock(match.spans, block);
      return { match, block, least, most };
    }),
  );

/** The times of the matches of a block. */
async function timesIn({ match, block }: Block): Promise<number[]> {
  const found: number[] = [];
  const times = (await match.readTimes([block])).get(block);
  forEachBit(blockOf(match.bits, block), "asc", (n) => {
    const time = times?.[n];
    if (time !== undefined) found.push(time);
  });
  return found;
}

/** Looks into the blocks that begin first, until none can have an earlier match. */
async function findFirst(matches: readonly SegmentMatch[]): Promise<number | null> {
  let first = Infinity;
  for (const block of blocksIn(matches).toSorted((a, b) => a.least - b.least)) {
    if (block.least >= first) break;
    for (const time of await timesIn(block)) first = Math.min(first, time);
  }
  return first === Infinity ? null : first;
}

async function findLast(matches: readonly SegmentMatch[]): Promise<number | null> {
  let last = -Infinity;
  for (const block of blocksIn(matches).toSorted((a, b) => b.most - a.most)) {
    if (block.most <= last) break;
    for (const time of await timesIn(block)) last = Math.max(last, time);
  }
  return last === -Infinity ? null : last;
}

/** Counts whole blocks where they are in one bucket, and reads the times of the others. */
async function countMatch<Bucket>(
  { segment, bits, aside, spans, readTimes }: SegmentMatch,
  bucketOf: (ms: number) => Bucket,
  add: (bucket: Bucket, kind: number, count: number) => void,
): Promise<void> {
  const addAll = (bucket: Bucket, some: EntryBits, kinds: readonly EntryBits[]): void =>
    kinds.forEach((kind, n) => add(bucket, n, countShared(some, kind)));
  const bucket = bucketOf(segment.firstMs);
  if (bucket === bucketOf(segment.lastMs)) return addAll(bucket, bits, aside);
  const mixed: number[] = [];
  for (const block of blocksOf(bits)) {
    const [least, most] = spanOfBlock(spans, block).map(bucketOf);
    const kinds = aside.map((kind) => blockOf(kind, block));
    if (least === most) addAll(least!, blockOf(bits, block), kinds);
    else mixed.push(block);
  }
  for (const [block, times] of mixed.length > 0 ? await readTimes(mixed) : [])
    aside.forEach((kind, n) => {
      const some = blockOf(bits, block).slice();
      intersect(some, blockOf(kind, block));
      forEachBit(some, "asc", (at) => add(bucketOf(times[at] ?? 0), n, 1));
    });
}
