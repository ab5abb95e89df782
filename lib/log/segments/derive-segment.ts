import {
  type MergePart,
  mergeSegments,
  partOfEncoded,
  type SegmentFacts,
} from "@/lib/log/derive/merge-segments";
import {
  type EncodedSegment,
  makeSegmentBuilder,
  maxSegmentEntries,
} from "@/lib/log/derive/segment-builder";
import type { Page } from "@/lib/log/pure/segment-format";
import type { Queryable } from "@/lib/log/sequence/leader";
import { findTimeBefore, readTexts } from "./read-texts";

const readAtOnce = 512;
/** A segment is put together from so many at most. */
export const maxParts = 8;

export type DeriveOptions = Readonly<{
  /** Called after each small part of the work. */
  pause?: () => Promise<void>;
  /** Numbers at which a part begins, so that each range between them can be compared by itself. */
  cuts?: readonly number[];
}>;

/** A segment as its entries give it, in parts that follow one another. */
export type DerivedSegment = Readonly<{
  parts: readonly EncodedSegment[];
  /** Calls `take` with each page of the whole, the head last. Returns what the whole is known by. */
  forEachPage: (take: (page: Page) => Promise<void>) => Promise<SegmentFacts>;
}>;

/**
 * Derives the segment of the entries `low` to `high - 1` from their bytes. One that is missing
 * counts as one that says nothing. Null if a segment can't hold so many entries or words.
 */
export async function deriveSegment(
  client: Queryable,
  { low, high }: Readonly<{ low: number; high: number }>,
  { pause = async () => {}, cuts = [] }: DeriveOptions = {},
): Promise<DerivedSegment | null> {
  const parts: EncodedSegment[] = [];
  let before = await findTimeBefore(client, low);
  for (let next = low; next < high;) {
    if (parts.length === maxParts) return null;
    const cut = cuts.find((one) => one > next) ?? high;
    const end = Math.min(cut, high, next + maxSegmentEntries);
    const builder = makeSegmentBuilder(next, { before, maxEntries: end - next });
    while (!builder.isFull()) {
      const from = builder.high();
      for (const { text } of await readTexts(client, from, Math.min(end, from + readAtOnce))) {
        if (builder.isFull()) break;
        builder.add(text);
        await pause();
      }
    }
    parts.push(await builder.encodeSlowly(pause));
    before = builder.lastTime();
    next = builder.high();
  }
  return { parts, forEachPage: (take) => joinPages(parts, take, pause) };
}

async function joinPages(
  parts: readonly EncodedSegment[],
  take: (page: Page) => Promise<void>,
  pause: () => Promise<void>,
): Promise<SegmentFacts> {
  const [first] = parts;
  if (parts.length > 1 || first === undefined)
    return mergeSegments(
      parts.map((part): MergePart => partOfEncoded(part)),
      { take, pause },
    );
  for (const page of first.pages) await take(page);
  return { ...first, pages: first.pages.length };
}
