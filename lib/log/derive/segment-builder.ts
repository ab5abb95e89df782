import {
  entryTime,
  forEachToken,
  parseEntryText,
  segmentFormat,
} from "@/lib/log/pure/search-tokens";
import {
  encodeHead,
  encodeTimes,
  entriesPerTimePage,
  headKey,
  type Page,
  spansOf,
  timeKey,
} from "@/lib/log/pure/segment-format";
import { leafHashSync, rootOfSync } from "@/lib/log/tree/hash-sync";
import { encodeDictionary } from "./encode-dictionary";
import { makePostings } from "./postings";
import { makeTokenTable } from "./token-table";

/** A segment as it is stored: entries `low` to `high - 1`. Times are milliseconds since 1970. */
export type EncodedSegment = Readonly<{
  low: number;
  high: number;
  firstMs: number;
  lastMs: number;
  /** The root of the tree over its pages. */
  root: Buffer;
  pages: readonly Page[];
  /** Entries of which nothing could be indexed but their existence. */
  blank: readonly number[];
}>;

/** A segment is sealed when it has so many entries, or so many distinct tokens. */
export const maxSegmentEntries = 65_536;
const maxSegmentTokens = 900_000;
const pagesAtOnce = 500;

export type SegmentOptions = Readonly<{
  /** Of the table of tokens; it does not show in the segment. */
  seed?: number;
  /** Sealed with so many entries. */
  maxEntries?: number;
  /** Sealed with so many distinct tokens. */
  maxTokens?: number;
  /** The time of the entry before the first (findTimeBefore), which one without a time has, too. */
  before?: number;
}>;

export type SegmentBuilder = Readonly<{
  low: number;
  /** The number of the next entry. */
  high: () => number;
  /**
   * Adds the next entry by the text of its bytes; null for bytes that are not UTF-8. Returns what it
   * says, if anything.
   */
  add: (text: string | null) => Readonly<Record<string, unknown>> | null;
  /** The time by which the last entry is found. */
  lastTime: () => number;
  /** Whether the next entry belongs to the next segment. */
  isFull: () => boolean;
  /** The entries from `from` (from `low` unless given) to the last as a segment. */
  encode: (from?: number) => EncodedSegment;
  /** The same, with a `pause` after each small part, in which other work has its turn. */
  encodeSlowly: (pause: () => Promise<void>, from?: number) => Promise<EncodedSegment>;
}>;

/** Derives the segment of the entries from `low` on. The same entries give the same bytes. */
export function makeSegmentBuilder(
  low: number,
  {
    seed = 0x811c9dc5,
    maxEntries = maxSegmentEntries,
    maxTokens = maxSegmentTokens,
    before = 0,
  }: SegmentOptions = {},
): SegmentBuilder {
  const table = makeTokenTable(seed);
  const postings = makePostings(maxEntries);
  const times = new Float64Array(maxEntries);
  const blank: number[] = [];
  let lastTime = before;
  const take = (bytes: Uint8Array, length: number): void =>
    postings.add(table.numberOf(bytes, length));
  const add: SegmentBuilder["add"] = (text) => {
    const entry = text === null ? null : parseEntryText(text);
    if (entry === null) blank.push(low + postings.entries());
    // An entry that says nothing is an act, so that lists show that it is there.
    forEachToken(entry ?? {}, take);
    lastTime = (entry === null ? null : entryTime(entry)) ?? lastTime;
    times[postings.entries()] = lastTime;
    postings.endEntry();
    return entry;
  };
  const encodeInParts = function* (from = low): Generator<void, EncodedSegment> {
    const [first, to] = [from - low, postings.entries()];
    const dictionary = yield* encodeDictionary({ ...postings.lists(), table, from: first, to });
    return yield* finishSegment(
      from,
      times.slice(first, to),
      dictionary,
      blank.filter((seq) => seq >= from),
    );
  };
  return {
    low,
    high: () => low + postings.entries(),
    add,
    lastTime: () => lastTime,
    isFull: () => postings.entries() >= maxEntries || table.size() >= maxTokens,
    encode: (from) => runThrough(encodeInParts(from)),
    encodeSlowly: (pause, from) => runSlowly(encodeInParts(from), pause),
  };
}

/** Puts the head and the times before the dictionary, and computes the root. */
function* finishSegment(
  low: number,
  times: Float64Array,
  dictionary: readonly Page[],
  blank: readonly number[],
): Generator<void, EncodedSegment> {
  const spans = spansOf(times);
  const place = { low, high: low + times.length, ...wholeSpan(spans) };
  const others = [...timePages(times), ...dictionary];
  const head = {
    ...place,
    format: segmentFormat,
    blank: blank.length,
    pages: others.length + 1,
    spans,
  };
  const pages = [{ first: headKey, body: encodeHead(head) }, ...others];
  const hashes: Buffer[] = [];
  for (const page of pages) {
    hashes.push(leafHashSync(page.body));
    if (hashes.length % pagesAtOnce === 0) yield;
  }
  return { ...place, blank, root: Buffer.from(rootOfSync(hashes)), pages };
}

async function runSlowly<T>(work: Generator<void, T>, pause: () => Promise<void>): Promise<T> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    await pause();
  }
}

function runThrough<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** The earliest and the latest time of all. */
export const wholeSpan = (spans: Float64Array): Readonly<{ firstMs: number; lastMs: number }> => ({
  firstMs: spans.reduce((least, time) => Math.min(least, time), Infinity),
  lastMs: spans.reduce((most, time) => Math.max(most, time), 0),
});

/** The pages of these times, one for each 4,096 entries. */
export function timePages(times: Float64Array): Page[] {
  const pages: Page[] = [];
  for (let from = 0; from < times.length; from += entriesPerTimePage)
    pages.push({
      first: timeKey(pages.length),
      body: encodeTimes(times.subarray(from, from + entriesPerTimePage)),
    });
  return pages;
}
