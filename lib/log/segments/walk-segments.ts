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
import type { SegmentCache } from "./segment-cache";

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
export type WalkOptions = Readonly<{
  aside?: readonly Clause[];
  spans?: boolean;
  /** Where `aside` is the same for many searches. What it holds must not be changed. */
  cache?: SegmentCache | undefined;
}>;

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
  { aside = [], spans: wantsSpans = false, cache }: WalkOptions = {},
): Promise<void> {
  const { fromMs = null, untilMs = null } = search;
  const segments = (await listSegments(client, search.low, search.high)).filter(
    ({ firstMs, lastMs }) =>
      (fromMs === null || lastMs >= fromMs) && (untilMs === null || firstMs < untilMs),
  );
  if (search.order !== "asc") segments.reverse();
  const clauses = [...search.all, ...(search.none ? [search.none] : [])];
  for (let next = 0, wave = firstWave; next < segments.length;) {
    const some = nextWave(segments, next, wave);
    const pages = await readRunPages(client, some, clauses.flat());
    const needSpans = some.filter((segment) => wantsSpans || isAtEdge(segment, search));
    const spansById = await readSpansOnce(client, needSpans, cache);
    const matches: Found[] = [];
    for (const [n, segment] of some.entries()) {
      const spans = spansById.get(segment.id) ?? noSpans;
      const given = { search, segment, clauses, pages: pages[n] ?? [], spans };
      const bits = await matchSegment(client, given);
      if (bits !== null) matches.push({ segment, bits, spans });
    }
    const others = await readAside(client, matches, { aside, cache });
    for (const [n, match] of matches.entries())
      if (!(await visit({ ...match, aside: others[n]! }))) return;
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
  /** Those of the search and the one that none may match, with the pages of all runs. */
  clauses: readonly Clause[];
  pages: readonly (readonly Uint8Array[])[];
}>;

/** Which entries of a segment match; null if none does. */
async function matchSegment(client: Queryable, given: Matching): Promise<EntryBits | null> {
  const { search, segment, clauses } = given;
  const entries = segment.high - segment.low;
  const bits = makeBits(entries).fill(0xff);
  clearOutside(bits, search.low - segment.low, Math.min(entries, search.high - segment.low));
  let run = 0;
  const some = makeBits(clauses.length > 0 ? entries : 0);
  for (const clause of clauses) {
    addClause(some.fill(0), clause, given.pages.slice(run, run + clause.length));
    run += clause.length;
    if (clause === search.none) subtract(bits, some);
    else intersect(bits, some);
    if (isEmpty(bits)) return null;
  }
  if (isAtEdge(segment, search)) await keepTimes(client, bits, given);
  return isEmpty(bits) ? null : bits;
}

type Found = Omit<SegmentMatch, "aside">;

/** The sets of the clauses aside, for each match. What is in the cache is not read again. */
async function readAside(
  client: Queryable,
  matches: readonly Found[],
  { aside, cache }: Readonly<{ aside: readonly Clause[]; cache: SegmentCache | undefined }>,
): Promise<readonly (readonly EntryBits[])[]> {
  const names = aside.map(nameOf);
  const keyOf = ({ id }: Segment, clause: number): string => `${id} ${names[clause]}`;
  const known = matches.map(({ segment }) =>
    aside.map((_clause, n) => (segment.sealed ? cache?.bits.get(keyOf(segment, n)) : undefined)),
  );
  const places = known.flatMap((sets, n) => (sets.includes(undefined) ? [n] : []));
  const lacking = places.map((n) => matches[n]!.segment);
  const pages = lacking.length > 0 ? await readRunPages(client, lacking, aside.flat()) : [];
  for (const [at, segment] of lacking.entries()) {
    let run = 0;
    for (const [n, clause] of aside.entries()) {
      const bits = makeBits(segment.high - segment.low);
      addClause(bits, clause, pages[at]!.slice(run, run + clause.length));
      run += clause.length;
      known[places[at]!]![n] = bits;
      if (segment.sealed) cache?.bits.set(keyOf(segment, n), bits);
    }
  }
  return known as readonly (readonly EntryBits[])[];
}

const hexOf = (bytes: Uint8Array | null): string =>
  bytes === null ? "" : Buffer.from(bytes).toString("hex");
const nameOf = (clause: Clause): string =>
  clause.map(({ low, end }) => `${hexOf(low)}-${hexOf(end)}`).join(",");

/** The spans of these segments by id. */
async function readSpansOnce(
  client: Queryable,
  segments: readonly Segment[],
  cache: SegmentCache | undefined,
): Promise<ReadonlyMap<string, Float64Array>> {
  const spans = new Map<string, Float64Array>();
  for (const { id, sealed } of segments) {
    const known = sealed ? cache?.spans.get(id) : undefined;
    if (known) spans.set(id, known);
  }
  const lacking = segments.filter(({ id }) => !spans.has(id));
  const read = lacking.length > 0 ? await readSpans(client, lacking) : new Map();
  for (const { id, sealed } of lacking) {
    const found = read.get(id) ?? noSpans;
    spans.set(id, found);
    if (sealed) cache?.spans.set(id, found);
  }
  return spans;
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
