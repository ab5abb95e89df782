import { describe, expect, test } from "vitest";
import { makeSource } from "./source";

const source = () => makeSource("host/gateway", (n) => new Uint8Array(n).fill(7));
const take = (s: ReturnType<typeof source>, count: number): number[] =>
  Array.from({ length: count }, () => s.next().seq);

describe("a source", () => {
  test("numbers from 1 without gaps, under its name and its run", () => {
    const s = source();
    expect([s.next(), s.next()]).toEqual([
      { id: "host/gateway", boot: "BwcHBwcHBwcH", seq: 1 },
      { id: "host/gateway", boot: "BwcHBwcHBwcH", seq: 2 },
    ]);
    expect(s.lastNumber()).toBe(2);
  });

  test("reports no further than the lowest number that is still open, whatever was settled beyond", () => {
    const s = source();
    take(s, 5);
    s.markCommitted([1, 2, 4, 5]);
    expect(s.report()).toEqual({ settled: 2, voided: "", more: false });
    s.markCommitted([3]);
    expect(s.report()).toEqual({ settled: 5, voided: "", more: false });
  });

  test("reports what is voided, and again until the report is confirmed", () => {
    const s = source();
    take(s, 6);
    s.markCommitted([1, 5]);
    s.markVoided([2, 3, 6]);
    expect(s.report()).toEqual({ settled: 3, voided: "2-3", more: false });
    expect(s.report()).toEqual({ settled: 3, voided: "2-3", more: false });
    s.acknowledge(s.report());
    s.markCommitted([4]);
    expect(s.report()).toEqual({ settled: 6, voided: "6", more: false });
  });

  test("is held up by a doubt until it is resolved", () => {
    const s = source();
    take(s, 3);
    s.markCommitted([1, 3]);
    s.markUncertain([{ seq: 2, entryId: "ent_2", since: 0 }]);
    expect(s.report().settled).toBe(1);
    expect(s.listUncertain()).toEqual([{ seq: 2, entryId: "ent_2", since: 0 }]);
    s.markVoided([2]);
    expect(s.report()).toEqual({ settled: 3, voided: "2", more: false });
    expect(s.listUncertain()).toEqual([]);
  });

  test("never voids what is settled, settles what is voided, or knows a number that it did not give", () => {
    const s = source();
    take(s, 2);
    s.markCommitted([1]);
    s.markVoided([1, 9]);
    s.markVoided([2]);
    s.markCommitted([2, 9]);
    s.markUncertain([{ seq: 1, entryId: "ent_1", since: 0 }]);
    expect(s.report()).toEqual({ settled: 2, voided: "2", more: false });
    expect(s.listUncertain()).toEqual([]);
  });

  test("says of very many voided numbers only what fits, and settles no further than that", () => {
    const s = source();
    for (const seq of take(s, 1_000))
      if (seq % 2 === 0) s.markVoided([seq]);
      else s.markCommitted([seq]);
    let told = "";
    let reports = 0;
    for (let more = true; more; reports += 1) {
      const report = s.report();
      expect(report.voided.length).toBeLessThan(3_500);
      told += `${told === "" ? "" : ","}${report.voided}`;
      s.acknowledge(report);
      more = report.more;
    }
    expect(reports).toBe(5);
    expect(told.split(",").map(Number)).toEqual(Array.from({ length: 500 }, (_, n) => 2 * n + 2));
    expect(s.report()).toEqual({ settled: 1_000, voided: "", more: false });
  });
});
