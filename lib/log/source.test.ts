import { describe, expect, test } from "vitest";
import { makeSource } from "./source";

const source = () => makeSource("host/door", (n) => new Uint8Array(n).fill(7));
const take = (s: ReturnType<typeof source>, count: number): number[] =>
  Array.from({ length: count }, () => s.next().seq);

describe("a source", () => {
  test("numbers from 1 without gaps, under its name and its run", () => {
    const s = source();
    expect([s.next(), s.next()]).toEqual([
      { id: "host/door", boot: "BwcHBwcHBwcH", seq: 1 },
      { id: "host/door", boot: "BwcHBwcHBwcH", seq: 2 },
    ]);
    expect(s.last()).toBe(2);
  });

  test("reports no further than the lowest number that is still open, whatever was settled beyond", () => {
    const s = source();
    take(s, 5);
    s.settle([1, 2, 4, 5]);
    expect(s.report()).toEqual({ settled: 2, voided: "", more: false });
    s.settle([3]);
    expect(s.report()).toEqual({ settled: 5, voided: "", more: false });
  });

  test("reports what is voided, and again until the report is confirmed", () => {
    const s = source();
    take(s, 6);
    s.settle([1, 5]);
    s.void([2, 3, 6]);
    expect(s.report()).toEqual({ settled: 3, voided: "2-3", more: false });
    expect(s.report()).toEqual({ settled: 3, voided: "2-3", more: false });
    s.confirm(s.report());
    s.settle([4]);
    expect(s.report()).toEqual({ settled: 6, voided: "6", more: false });
  });

  test("is held up by a doubt until it is resolved", () => {
    const s = source();
    take(s, 3);
    s.settle([1, 3]);
    s.doubt([{ seq: 2, entryId: "ent_2", since: 0 }]);
    expect(s.report().settled).toBe(1);
    expect(s.doubts()).toEqual([{ seq: 2, entryId: "ent_2", since: 0 }]);
    s.void([2]);
    expect(s.report()).toEqual({ settled: 3, voided: "2", more: false });
    expect(s.doubts()).toEqual([]);
  });

  test("never voids what is settled, settles what is voided, or knows a number that it did not give", () => {
    const s = source();
    take(s, 2);
    s.settle([1]);
    s.void([1, 9]);
    s.void([2]);
    s.settle([2, 9]);
    s.doubt([{ seq: 1, entryId: "ent_1", since: 0 }]);
    expect(s.report()).toEqual({ settled: 2, voided: "2", more: false });
    expect(s.doubts()).toEqual([]);
  });

  test("says of very many voided numbers only what fits, and settles no further than that", () => {
    const s = source();
    for (const seq of take(s, 1_000))
      if (seq % 2 === 0) s.void([seq]);
      else s.settle([seq]);
    let told = "",
      reports = 0;
    for (let more = true; more; reports += 1) {
      const report = s.report();
      expect(report.voided.length).toBeLessThan(3_500);
      told += `${told === "" ? "" : ","}${report.voided}`;
      s.confirm(report);
      more = report.more;
    }
    expect(reports).toBe(5);
    expect(told.split(",").map(Number)).toEqual(Array.from({ length: 500 }, (_, n) => 2 * n + 2));
    expect(s.report()).toEqual({ settled: 1_000, voided: "", more: false });
  });
});
