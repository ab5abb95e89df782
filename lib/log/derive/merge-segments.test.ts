import { describe, expect, test } from "vitest";
import { decodeTimes, type Page } from "@/lib/log/pure/segment-format";
import { compareBytes } from "@/lib/log/pure/search-tokens";
import { below, makeSampleEntry } from "@/testing/log/index-sample";
import { beforeDictionary, type MergePart, mergeSegments } from "./merge-segments";
import { type EncodedSegment, makeSegmentBuilder } from "./segment-builder";

/** One in forty says nothing, and has no time. */
const texts = Array.from({ length: 10_000 }, (_none, n) =>
  below(40) === 0 ? "no entry" : JSON.stringify(makeSampleEntry(n)),
);

function build(low: number, high: number, before: number): EncodedSegment {
  const builder = makeSegmentBuilder(low, { before });
  for (const text of texts.slice(low, high)) builder.add(text);
  return builder.encode();
}

const timesOf = ({ pages }: EncodedSegment): Float64Array =>
  Float64Array.from(
    pages
      .filter(({ first }) => first.length === 3 && first[0] === 0)
      .flatMap(({ body }) => [...decodeTimes(body)]),
  );

function partOf(segment: EncodedSegment, atOnce: number): MergePart {
  const dictionary = segment.pages.filter(({ first }) => compareBytes(first, beforeDictionary) > 0);
  return {
    low: segment.low,
    high: segment.high,
    blank: segment.blank.length,
    times: timesOf(segment),
    readAfter: async (key) => {
      const from = dictionary.findIndex(({ first }) => compareBytes(first, key) > 0);
      return from < 0 ? [] : dictionary.slice(from, from + atOnce);
    },
  };
}

describe("segments that are put together", () => {
  test.each([
    ["two", [0, 5_000, 10_000], 7],
    ["eight of different lengths", [0, 1, 20, 700, 4_096, 4_097, 6_000, 9_999, 10_000], 100],
    ["one", [300, 900], 1],
  ])("%s have the bytes that their entries give at once", async (_what, ends, atOnce) => {
    const parts: EncodedSegment[] = [];
    let before = 0;
    for (const [n, low] of ends.slice(0, -1).entries()) {
      parts.push(build(low, ends[n + 1]!, before));
      before = timesOf(parts.at(-1)!).at(-1)!;
    }
    const pages: Page[] = [];
    let pauses = 0;
    const { root, ...facts } = await mergeSegments(
      parts.map((part) => partOf(part, atOnce)),
      {
        take: async (page) => void pages.push(page),
        pause: async () => {
          pauses += 1;
        },
      },
    );
    const whole = build(ends[0]!, ends.at(-1)!, 0);
    expect(pages.toSorted((a, b) => compareBytes(a.first, b.first))).toEqual(whole.pages);
    expect(root).toEqual(whole.root);
    const { low, high, firstMs, lastMs } = whole;
    expect(facts).toEqual({ low, high, firstMs, lastMs, pages: whole.pages.length });
    expect(pauses).toBeGreaterThan(1);
  });

  test("any change of a part changes the root", async () => {
    const parts = [build(0, 300, 0), build(300, 600, 0)];
    const rootOf = async (some: readonly EncodedSegment[]): Promise<string> => {
      const merged = await mergeSegments(
        some.map((part) => partOf(part, 10)),
        { take: async () => {}, pause: async () => {} },
      );
      return merged.root.toString("hex");
    };
    const other = makeSegmentBuilder(300);
    for (const text of texts.slice(301, 601)) other.add(text);
    expect(await rootOf([parts[0]!, other.encode()])).not.toBe(await rootOf(parts));
  });
});
