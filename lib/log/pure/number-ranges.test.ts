import { describe, expect, test } from "vitest";
import {
  addNumber,
  countRanges,
  formatRanges,
  type NumberRanges,
  parseRanges,
  rangesAbove,
  rangesUpTo,
  rangesWithout,
} from "./number-ranges";

const of = (...numbers: number[]): NumberRanges => numbers.reduce<NumberRanges>(addNumber, []);

describe("ranges of numbers", () => {
  test.each<[number[], string]>([
    [[], ""],
    [[5], "5"],
    [[1, 2, 3], "1-3"],
    [[3, 1, 2], "1-3"],
    [[17, 18, 19, 23], "17-19,23"],
    [[23, 19, 17, 18], "17-19,23"],
    [[1, 3, 5, 2, 4], "1-5"],
    [[7, 7, 7], "7"],
    [[1, 2, 1, 2], "1-2"],
    [[9, 1], "1,9"],
  ])("of %j are %j", (numbers, text) => {
    expect(formatRanges(of(...numbers))).toBe(text);
    expect(countRanges(of(...numbers))).toBe(new Set(numbers).size);
    expect(parseRanges(text)).toEqual(of(...numbers));
  });

  test("in any order are the same ranges", () => {
    const numbers = Array.from({ length: 60 }, (_, n) => (n * 37) % 101);
    const sorted = [...numbers].sort((a, b) => a - b);
    expect(of(...numbers)).toEqual(of(...sorted));
  });

  test("are cut at a number without losing any", () => {
    const ranges = of(1, 2, 3, 7, 8);
    expect([rangesUpTo(ranges, 2), rangesAbove(ranges, 2)].map(formatRanges)).toEqual([
      "1-2",
      "3,7-8",
    ]);
    expect([rangesUpTo(ranges, 5), rangesAbove(ranges, 5)].map(formatRanges)).toEqual([
      "1-3",
      "7-8",
    ]);
    expect([rangesUpTo(ranges, 0), rangesAbove(ranges, 9)].map(formatRanges)).toEqual(["", ""]);
  });

  test.each([
    "x",
    "1,",
    ",1",
    "1-",
    "-1",
    "3-1",
    "1 - 2",
    "1,1",
    "2,1",
    "1-3,2",
    "1".repeat(16),
    "1--2",
  ])("are not what %j says", (text) => {
    expect(parseRanges(text)).toBeNull();
  });
});

test.each([
  ["1-9", "", "1-9"],
  ["1-9", "3-4,7", "1-2,5-6,8-9"],
  ["1-9", "1-9", ""],
  ["1-3,7-9", "2-8", "1,9"],
  ["5", "1-4,6-9", "5"],
  ["1-20", "15-30", "1-14"],
])("what is left of %s without %s", (ranges, others, left) => {
  expect(
    formatRanges(
      rangesWithout(parseRanges(ranges) ?? [], [...(parseRanges(others) ?? [])].toReversed()),
    ),
  ).toBe(left);
});
