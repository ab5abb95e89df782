import {
  decodeTimes,
  encodeHead,
  forEachNumber,
  headKey,
  type Page,
  readRows,
  spansOf,
} from "@/lib/log/pure/segment-format";
import { compareBytes, segmentFormat } from "@/lib/log/pure/search-tokens";
import { leafHashSync, rootOfSync } from "@/lib/log/tree/hash-sync";
import { packDictionary } from "./pack-dictionary";
import { type EncodedSegment, timePages, wholeSpan } from "./segment-builder";

/** A segment that becomes a part of a larger one. */
export type MergePart = Readonly<{
  low: number;
  high: number;
  /** Entries of which nothing could be indexed. */
  blank: number;
  times: Float64Array;
  /** Pages of its dictionary after the one with this key, in order; none at the end. */
  readAfter: (key: Uint8Array) => Promise<readonly Page[]>;
}>;

/** A segment that was just derived, as a part. */
export function partOfEncoded({ low, high, blank, pages }: EncodedSegment): MergePart {
  const dictionary = pages.findIndex(({ first }) => compareBytes(first, beforeDictionary) > 0);
  const times = pages.slice(1, dictionary).flatMap(({ body }) => [...decodeTimes(body)]);
  return {
    low,
    high,
    blank: blank.length,
    times: Float64Array.from(times),
    readAfter: async (key) => (key === beforeDictionary ? pages.slice(dictionary) : []),
  };
}

/** What a segment is known by, without its pages. */
export type SegmentFacts = Readonly<{
  low: number;
  high: number;
  firstMs: number;
  lastMs: number;
  /** The root of the tree over its pages. */
  root: Buffer;
  pages: number;
}>;

const rowsAtOnce = 2_000;

/**
 * Puts segments that follow one another together. The result has the bytes that the entries of all
 * give at once. `take` gets its pages as they are made, not in order, and `pause` is called after
 * each small part of the work. Throws PageError.
 */
export async function mergeSegments(
  parts: readonly MergePart[],
  { take, pause }: Readonly<{ take: (page: Page) => Promise<void>; pause: () => Promise<void> }>,
): Promise<SegmentFacts> {
  const low = parts[0]?.low ?? 0;
  const high = parts.at(-1)?.high ?? low;
  const times = joinTimes(parts, high - low);
  const ready: Page[] = [...timePages(times)];
  // The head comes first, and says how many pages there are.
  const hashes: Buffer[] = [Buffer.alloc(0)];
  const hand = async (): Promise<void> => {
    for (const page of ready) {
      hashes.push(leafHashSync(page.body));
      await take(page);
    }
    ready.length = 0;
    await pause();
  };
  await mergeDictionaries(parts, { entries: high - low, emit: (page) => ready.push(page), hand });
  const spans = spansOf(times);
  const blank = parts.reduce((sum, part) => sum + part.blank, 0);
  const facts = { low, high, ...wholeSpan(spans), pages: hashes.length };
  const body = encodeHead({ ...facts, format: segmentFormat, blank, spans });
  const head = { first: headKey, body };
  hashes[0] = leafHashSync(head.body);
  await take(head);
  return { ...facts, root: Buffer.from(rootOfSync(hashes)) };
}

function joinTimes(parts: readonly MergePart[], entries: number): Float64Array {
  const times = new Float64Array(entries);
  for (const part of parts) times.set(part.times, part.low - parts[0]!.low);
  return times;
}

/** Where a part's dictionary is read. */
type Cursor = Readonly<{
  part: MergePart;
  /** The first number of the part, relative to the whole. */
  offset: number;
  row: () => ReturnType<typeof readRows>["row"];
  /** Goes to the next row of the pages at hand; false if there is none. */
  step: () => boolean;
  /** Reads more pages and goes to their first row; false at the end. */
  refill: () => Promise<boolean>;
}>;

function openPart(part: MergePart, offset: number): Cursor {
  let pages: readonly Page[] = [];
  let next = 0;
  let reader: ReturnType<typeof readRows> | null = null;
  const step = (): boolean => {
    for (;;) {
      if (reader?.next()) return true;
      const page = pages[next];
      if (page === undefined) return false;
      reader = readRows(page.body);
      next += 1;
    }
  };
  return {
    part,
    offset,
    row: () => reader!.row,
    step,
    refill: async () => {
      pages = await part.readAfter(pages.at(-1)?.first ?? beforeDictionary);
      next = 0;
      return step();
    },
  };
}

/** Heads and times come before it, all tokens after it. */
export const beforeDictionary = Uint8Array.of(0, 0xff, 0xff);

type Merging = Readonly<{
  entries: number;
  emit: (page: Page) => void;
  hand: () => Promise<void>;
}>;

async function mergeDictionaries(
  parts: readonly MergePart[],
  { entries, emit, hand }: Merging,
): Promise<void> {
  const packer = packDictionary(entries, emit);
  const list = new Uint32Array(entries);
  let open: Cursor[] = [];
  for (const part of parts) {
    const cursor = openPart(part, part.low - parts[0]!.low);
    if (await cursor.refill()) open.push(cursor);
  }
  for (let rows = 0; open.length > 0; rows += 1) {
    const least = leastOf(open);
    let count = 0;
    for (const cursor of least)
      forEachNumber(cursor.row(), (number) => {
        list[count++] = cursor.offset + number;
      });
    const { token, tokenLength } = least[0]!.row();
    packer.add(token, 0, tokenLength, { list, from: 0, to: count });
    for (const cursor of least)
      if (!cursor.step() && !(await cursor.refill())) open = open.filter((one) => one !== cursor);
    if (rows % rowsAtOnce === 0) await hand();
  }
  packer.end();
  await hand();
}

/** The parts whose next token is the first of all, in order. */
function leastOf(open: readonly Cursor[]): Cursor[] {
  let least: Cursor[] = [];
  for (const cursor of open) {
    const order = least.length === 0 ? -1 : compareRows(cursor, least[0]!);
    if (order < 0) least = [cursor];
    else if (order === 0) least.push(cursor);
  }
  return least;
}

function compareRows(left: Cursor, right: Cursor): number {
  const { token: a, tokenLength: aLength } = left.row();
  const { token: b, tokenLength: bLength } = right.row();
  const shared = Math.min(aLength, bLength);
  for (let at = 0; at < shared; at += 1) if (a[at] !== b[at]) return a[at]! - b[at]!;
  return aLength - bLength;
}
