import type { TokenRun } from "@/lib/log/pure/search-tokens";
import {
  addRow,
  entriesPerTimePage,
  type EntryBits,
  forEachRowOf,
  makeBits,
} from "@/lib/log/pure/segment-format";
import type { Queryable } from "@/lib/log/sequence/leader";
import { clearOutside, intersect, isEmpty, subtract } from "@/lib/log/derive/entry-bits";
import { listSegments, readRunPages, readSpans, readTimes, type Segment } from "./read-segments";

/** Entries that have one of these tokens. */
export type Clause = readonly TokenRun[];

/** Which entries are looked for. All conditions must hold. */
export type IndexSearch = Readonly<{
  all: readonly Clause[];
  none?: Clause;
  /** Numbers from `low` to `high - 1`. */
  low: number;
  high: number;
  /** Times from `fromMs` up to `untilMs`, exclusive, in milliseconds since 1970; null: any. */
  fromMs?: number | null;
  untilMs?: number | null;
  order?: "asc" | "desc";
}>;

/** What matches in one segment. */
export type SegmentMatch = Readonly<{
  segment: Segment;
  bits: EntryBits;
  /** Which entries of the segment, matching or not, have a token of each clause of `aside`. */
  aside: readonly EntryBits[];
  /** The earliest and the latest time of each block, if they were asked for. */
  spans: Float64Array;
}>;
export type WalkOptions = Readonly<{ aside?: readonly Clause[]; spans?: boolean }>;

const firstWave = 1;
const waveGrowth = 4;
const maxWave = 64;

/**
 * Walks the segments in order, a few at first and then more at a time, and calls `visit` with what
 * matches in each that has a match, until it returns false. `client` must see one snapshot
 * (lib/db/snapshot). Throws PageError for a page that is damaged.
 */
export async function walkSegments(
  client: Queryable,
  search: IndexSearch,
  visit: (match: SegmentMatch) => boolean | Promise<boolean>,
  { aside = [], spans: wantsSpans = false }: WalkOptions = {},
): Promise<void> {
  const { fromMs = null, untilMs = null } = search;
  const segments = (await listSegments(client, search.low, search.high)).filter(
    ({ firstMs, lastMs }) =>
      (fromMs === null || lastMs >= fromMs) && (untilMs === null || firstMs < untilMs),
  );
  if (search.order !== "asc") segments.reverse();
  const clauses = [...search.all, ...(search.none ? [search.none] : []), ...aside];
  for (let next = 0, wave = firstWave; next < segments.length;) {
    const some = nextWave(segments, next, wave);
    const pages = await readRunPages(client, some, clauses.flat());
    const needSpans = some.filter((segment) => wantsSpans || isAtEdge(segment, search));
    const spansById = needSpans.length > 0 ? await readSpans(client, needSpans) : new Map();
    for (const [n, segment] of some.entries()) {
      const spans = spansById.get(segment.id) ?? noSpans;
      const given = { search, segment, clauses, pages: pages[n] ?? [], spans };
      const match = await matchSegment(client, given);
      if (match !== null && !(await visit(match))) return;
    }
    next += some.length;
    wave = Math.min(wave * waveGrowth, maxWave);
  }
}

/** The next sealed segments; those that are not sealed are small and cost as much as one together. */
function nextWave(segments: readonly Segment[], from: number, size: number): Segment[] {
  let sealed = 0;
  let to = from;
  while (to < segments.length && sealed < size) {
    if (segments[to]!.sealed) sealed += 1;
    to += 1;
  }
  return segments.slice(from, to);
}

const noSpans = new Float64Array(0);

/** Whether some times of a segment may be outside the range of a search. */
const isAtEdge = (
  { firstMs, lastMs }: Segment,
  { fromMs = null, untilMs = null }: IndexSearch,
): boolean => (fromMs !== null && firstMs < fromMs) || (untilMs !== null && lastMs >= untilMs);

type Matching = Readonly<{
  search: IndexSearch;
  segment: Segment;
  spans: Float64Array;
  /** Those of the search, the one that none may match, and those aside, with the pages of all runs. */
  clauses: readonly Clause[];
  pages: readonly (readonly Uint8Array[])[];
}>;

async function matchSegment(client: Queryable, given: Matching): Promise<SegmentMatch | null> {
  const { search, segment, clauses, spans } = given;
  const entries = segment.high - segment.low;
  const bits = makeBits(entries).fill(0xff);
  clearOutside(bits, search.low - segment.low, Math.min(entries, search.high - segment.low));
  let run = 0;
  const next = (clause: Clause, found: EntryBits): EntryBits => {
    addClause(found, clause, given.pages.slice(run, run + clause.length));
    run += clause.length;
    return found;
  };
  const conditions = [...search.all, ...(search.none ? [search.none] : [])];
  const some = makeBits(conditions.length > 0 ? entries : 0);
  for (const clause of conditions) {
    next(clause, some.fill(0));
    if (clause === search.none) subtract(bits, some);
    else intersect(bits, some);
    if (isEmpty(bits)) return null;
  }
  if (isAtEdge(segment, search)) await keepTimes(client, bits, given);
  if (isEmpty(bits)) return null;
  const others = clauses.slice(conditions.length);
  return { segment, bits, aside: others.map((clause) => next(clause, makeBits(entries))), spans };
}

function addClause(
  bits: EntryBits,
  clause: Clause,
  pages: readonly (readonly Uint8Array[])[],
): void {
  for (const [n, run] of clause.entries())
    for (const body of pages[n] ?? []) forEachRowOf(run, body, (row) => addRow(row, bits));
}

/** Clears what is outside the range of time. Only blocks at its ends are looked into. */
async function keepTimes(
  client: Queryable,
  bits: EntryBits,
  { search: { fromMs = null, untilMs = null }, segment, spans }: Matching,
): Promise<void> {
  const isBefore = (time: number): boolean => fromMs !== null && time < fromMs;
  const isAfter = (time: number): boolean => untilMs !== null && time >= untilMs;
  const edges: number[] = [];
  for (const block of blocksOf(bits)) {
    const [least, most] = spanOfBlock(spans, block);
    if (isBefore(most) || isAfter(least)) blockOf(bits, block).fill(0);
    else if (isBefore(least) || isAfter(most)) edges.push(block);
  }
  if (edges.length === 0) return;
  const read = await readTimes(
    client,
    edges.map((block) => ({ segment, block })),
  );
  for (const [at, times] of read.entries()) {
    const some = blockOf(bits, edges[at]!);
    for (let n = 0; n < times.length; n += 1)
      if (isBefore(times[n]!) || isAfter(times[n]!)) some[n >> 3]! &= ~(1 << (n & 7));
  }
}

const bytesPerBlock = entriesPerTimePage / 8;

/** The entries of a block of 4,096. */
export const blockOf = (bits: EntryBits, block: number): EntryBits =>
  bits.subarray(block * bytesPerBlock, (block + 1) * bytesPerBlock);

/** The blocks that have an entry of a set. */
export function blocksOf(bits: EntryBits): number[] {
  const blocks: number[] = [];
  for (let block = 0; block * bytesPerBlock < bits.length; block += 1)
    if (!isEmpty(blockOf(bits, block))) blocks.push(block);
  return blocks;
}

/** The earliest and the latest time of a block; any time if they are not known. */
export const spanOfBlock = (spans: Float64Array, block: number): readonly [number, number] => [
  spans[2 * block] ?? -Infinity,
  spans[2 * block + 1] ?? Infinity,
];
