import { expect, test } from "vitest";
import { makeSourceNumbers } from "./source-numbers";

const missing = (numbers: readonly number[], settled: number, voided = ""): string => {
  const sources = makeSourceNumbers();
  for (const n of numbers) sources.addNumber("a", n);
  expect(sources.addHeartbeat("a", settled, voided)).toBe(true);
  return sources
    .listMissing()
    .map(({ ranges }) => ranges)
    .join(";");
};

test.each([
  [[1, 2, 3], 3, "", ""],
  [[], 0, "", ""],
  [[], 3, "", "1-3"],
  [[2], 3, "", "1,3"],
  [[3, 1, 2], 3, "", ""],
  [[1, 3], 4, "2,4", ""],
  [[1, 5, 9], 10, "2-3,10", "4,6-8"],
  [[1, 2, 9], 5, "", "3-5"],
  [[4, 2, 6, 1, 3, 5], 6, "", ""],
  [[1], 1_000_000_000_000, "", "2-1000000000000"],
])("of %j, settled to %d without %j: %j is missing", (numbers, settled, voided, expected) => {
  expect(missing(numbers, settled, voided)).toBe(expected);
});

test("whatever the order in which numbers come, each is new once", () => {
  const order = Array.from({ length: 500 }, (_none, at) => ((at * 211) % 500) + 1);
  const sources = makeSourceNumbers();
  expect([
    order.every((n) => sources.addNumber("a", n)),
    order.some((n) => sources.addNumber("a", n)),
  ]).toEqual([true, false]);
  sources.addHeartbeat("a", 500, "");
  expect(sources.listMissing()).toEqual([]);
});

test("sources and runs are counted apart, and late numbers still come in time", () => {
  const sources = makeSourceNumbers();
  expect([
    sources.addNumber("a", 1),
    sources.addNumber("b", 1),
    sources.addHeartbeat("a", 3, ""),
    sources.addNumber("a", 3),
  ]).toEqual([true, true, true, true]);
  expect([sources.listMissing(), sources.runCount()]).toEqual([
    [{ key: "a", ranges: "2", count: 1 }],
    2,
  ]);
  expect([sources.addNumber("a", 2), sources.listMissing()]).toEqual([true, []]);
});

test("a number that was said to be used for none is not used afterwards", () => {
  const sources = makeSourceNumbers();
  sources.addHeartbeat("a", 3, "1-3");
  expect([sources.addNumber("a", 2), sources.addNumber("a", 4)]).toEqual([false, true]);
});

test.each(["x", "3-1", "1,1", "-1", "1-", "1;2"])(
  "ranges written as %j cannot be read",
  (voided) => {
    expect(makeSourceNumbers().addHeartbeat("a", 1, voided)).toBe(false);
  },
);
