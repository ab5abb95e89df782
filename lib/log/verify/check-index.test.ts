import { describe, expect, test } from "vitest";
import { mergeSegments, partOfEncoded } from "@/lib/log/derive/merge-segments";
import { type EncodedSegment, makeSegmentBuilder } from "@/lib/log/derive/segment-builder";
import { makeSampleEntry } from "@/testing/log/index-sample";
import { makeIndexCheck } from "./check-index";
import { type Check, makeCheckResults } from "./report";

const maxEntries = 100;
const texts = Array.from({ length: 10 * maxEntries + 20 }, (_none, n) =>
  JSON.stringify(makeSampleEntry(n)),
);

function segments(): EncodedSegment[] {
  const made: EncodedSegment[] = [];
  for (let low = 0, before = 0; low + maxEntries <= texts.length; low += maxEntries) {
    const builder = makeSegmentBuilder(low, { before, maxEntries });
    for (const text of texts.slice(low, low + maxEntries)) builder.add(text);
    before = builder.lastTime();
    made.push(builder.encode());
  }
  return made;
}
const nothing = async (): Promise<void> => {};
const merged = (parts: readonly EncodedSegment[]) =>
  mergeSegments(parts.map(partOfEncoded), { take: nothing, pause: nothing });

type Range = Readonly<{ low: number; high: number; root: Buffer }>;
const sealText = ({ low, high, root }: Range): string =>
  JSON.stringify({
    action: "index.sealed",
    outcome: "success",
    details: { low, high, format: 1, root: root.toString("hex") },
  });

/** What the check says of a file with these entries, and the digests after them. */
async function check(
  entries: readonly (string | null)[],
  { skipped = 0 }: Readonly<{ skipped?: number }> = {},
): Promise<Check> {
  const checks = makeCheckResults();
  const index = makeIndexCheck(checks, { maxEntries });
  for (const [seq, text] of entries.entries()) {
    index.add(seq, text);
    await index.settle();
  }
  index.finish({ skipped: () => skipped, entries: () => entries.length });
  return checks.all().find(({ name }) => name === "index")!;
}

describe("the search index of a whole export", () => {
  test("passes with the digests of its segments, also of those that were put together", async () => {
    const parts = segments();
    const whole = await merged(parts.slice(0, 8));
    const result = await check([...texts, ...parts.map(sealText), sealText(whole)]);
    expect(result).toMatchObject({ state: "passed", checked: 10, problems: [] });
    expect(result.says).toBe(
      "The entries give 10 sealed segments of the search index; 11 digests in the log are theirs.",
    );
  });

  test("passes while the newest segments have no digest yet", async () => {
    const parts = segments();
    expect(await check(texts)).toMatchObject({ state: "passed" });
    expect(await check([...texts, sealText(parts[0]!)])).toMatchObject({ state: "passed" });
  });

  test.each([
    [
      "a digest of a segment without one of its entries",
      async ([first, second]: EncodedSegment[]) => {
        const builder = makeSegmentBuilder(maxEntries);
        for (const [n, text] of texts.slice(maxEntries, 2 * maxEntries).entries())
          builder.add(n === 7 ? "{}" : text);
        return [first!, { ...second!, root: builder.encode().root }];
      },
      "Entry 1021 has another digest of the segment of the entries 100 to 199 than they give.",
    ],
    [
      "the digest of another segment",
      async ([first, second]: EncodedSegment[]) => [{ ...first!, root: second!.root }],
      "Entry 1020 has another digest of the segment of the entries 0 to 99 than they give.",
    ],
    [
      "a digest of segments that were put together from others",
      async (parts: EncodedSegment[]) => {
        const { root } = await merged(parts.slice(1, 9));
        return [{ low: 0, high: 8 * maxEntries, root }];
      },
      "Entry 1020 has another digest of the segment of the entries 0 to 799 than they give.",
    ],
    [
      "a digest of entries that are no segment",
      async ([first]: EncodedSegment[]) => [{ ...first!, high: 99 }],
      "Entry 1020 has a digest of the entries 0 to 98, which are no segment.",
    ],
    [
      "no digest of a segment, but of a later one",
      async ([, second]: EncodedSegment[]) => [second!],
      "The segment of the entries 0 to 99 is sealed, but no entry has its digest.",
    ],
  ] as const)("fails with %s", async (_what, make, problem) => {
    const ranges: readonly Range[] = await make(segments());
    const result = await check([...texts, ...ranges.map(sealText)]);
    expect([result.state, result.problems]).toEqual(["failed", [problem]]);
  });

  test("is not derived from a file without some of the entries", async () => {
    expect(await check(texts, { skipped: 1 })).toMatchObject({ state: "not-checked" });
  });
});
