import type { Queryable } from "@/lib/log/sequence/leader";
import type { Database } from "@/lib/runtime/deps";
import type { EntryBits } from "@/lib/log/pure/segment-format";
import { countShared, forEachBit } from "@/lib/log/derive/entry-bits";
import { withSnapshot } from "@/lib/db/snapshot";
import { type Block, readTimes } from "./read-segments";
import { getSegmentCache, type SegmentCache } from "./segment-cache";
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
    const matches = await findAll(client, search, { kinds, cache: getSegmentCache(db) });
    const first = await findFirst(client, matches);
    if (first === null) return null;
    const span = { first, last: (await findLast(client, matches)) ?? first };
    const bucketOf = choose(span);
    const counts = new Map<Bucket, number[]>();
    const add = (bucket: Bucket, kind: number, count: number): void => {
      const known = counts.get(bucket) ?? kinds.map(() => 0);
      known[kind]! += count;
      counts.set(bucket, known);
    };
    const mixed = matches.flatMap((match) => countWhole(match, bucketOf, add));
    for (let next = 0; next < mixed.length; next += blocksAtOnce)
      await countEach(client, mixed.slice(next, next + blocksAtOnce), bucketOf, add);
    return { span, counts };
  });

async function findAll(
  client: Queryable,
  search: IndexSearch,
  { kinds: aside, cache }: Readonly<{ kinds: readonly Clause[]; cache: SegmentCache }>,
): Promise<readonly SegmentMatch[]> {
  const matches: SegmentMatch[] = [];
  const visit = (match: SegmentMatch): boolean => matches.push(match) > 0;
  await walkSegments(client, search, visit, { aside, cache, spans: true });
  return matches;
}

/** Whose times are read at once: 32 kB each. */
const blocksAtOnce = 128;

type MatchedBlock = Block & Readonly<{ match: SegmentMatch; least: number; most: number }>;
type Add<Bucket> = (bucket: Bucket, kind: number, count: number) => void;

const blocksIn = (matches: readonly SegmentMatch[]): MatchedBlock[] =>
  matches.flatMap((match) =>
    blocksOf(match.bits).map((block) => {
      const [least, most] = spanOfBlock(match.spans, block);
      return { segment: match.segment, block, match, least, most };
    }),
  );

/** The times of the matches of a block. */
async function timesIn(client: Queryable, given: MatchedBlock): Promise<number[]> {
  const found: number[] = [];
  const [times] = await readTimes(client, [given]);
  forEachBit(blockOf(given.match.bits, given.block), "asc", (n) => {
    const time = times?.[n];
    if (time !== undefined) found.push(time);
  });
  return found;
}

/** Looks into the blocks that begin first, until none can have an earlier match. */
async function findFirst(
  client: Queryable,
  matches: readonly SegmentMatch[],
): Promise<number | null> {
  let first = Infinity;
  for (const block of blocksIn(matches).toSorted((a, b) => a.least - b.least)) {
    if (block.least >= first) break;
    for (const time of await timesIn(client, block)) first = Math.min(first, time);
  }
  return first === Infinity ? null : first;
}

async function findLast(
  client: Queryable,
  matches: readonly SegmentMatch[],
): Promise<number | null> {
  let last = -Infinity;
  for (const block of blocksIn(matches).toSorted((a, b) => b.most - a.most)) {
    if (block.most <= last) break;
    for (const time of await timesIn(client, block)) last = Math.max(last, time);
  }
  return last === -Infinity ? null : last;
}

/** Counts blocks that are in one bucket. Returns the others. */
function countWhole<Bucket>(
  match: SegmentMatch,
  bucketOf: (ms: number) => Bucket,
  add: Add<Bucket>,
): MatchedBlock[] {
  const { segment, bits, aside } = match;
  const addAll = (bucket: Bucket, some: EntryBits, kinds: readonly EntryBits[]): void =>
    kinds.forEach((kind, n) => add(bucket, n, countShared(some, kind)));
  const whole = bucketOf(segment.firstMs);
  if (whole === bucketOf(segment.lastMs)) {
    addAll(whole, bits, aside);
    return [];
  }
  return blocksIn([match]).filter(({ block, least, most }) => {
    const bucket = bucketOf(least);
    if (bucket !== bucketOf(most)) return true;
    const kinds = aside.map((kind) => blockOf(kind, block));
    addAll(bucket, blockOf(bits, block), kinds);
    return false;
  });
}

/** Counts each match of blocks by its time. */
async function countEach<Bucket>(
  client: Queryable,
  blocks: readonly MatchedBlock[],
  bucketOf: (ms: number) => Bucket,
  add: Add<Bucket>,
): Promise<void> {
  const read = await readTimes(client, blocks);
  for (const [at, { match, block }] of blocks.entries()) {
    const times = read[at]!;
    const kinds = match.aside.map((kind) => blockOf(kind, block));
    forEachBit(blockOf(match.bits, block), "asc", (n) => {
      const bucket = bucketOf(times[n] ?? 0);
      for (let kind = 0; kind < kinds.length; kind += 1)
        if ((kinds[kind]![n >> 3]! & (1 << (n & 7))) !== 0) add(bucket, kind, 1);
    });
  }
}
