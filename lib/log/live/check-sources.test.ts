import { describe, expect, test } from "vitest";
import type { EntryRecord } from "../types";
import { makeSourceCheck } from "./check-sources";

function check() {
  const wrong: string[] = [],
    sources = makeSourceCheck({
      sources: { looked: () => {}, wrong: (message: string) => void wrong.push(message) } as never,
    });
  let seq = 0;
  const take = (n: number, over: object = {}) =>
    sources.take(seq++, {
      action: "event.reported",
      details: {},
      src: { id: "svc/main", boot: "b", seq: n },
      ...over,
    } as unknown as EntryRecord);
  const beat = (n: number, settled: unknown, voided = "", source = "svc/main") =>
    take(n, {
      action: "source.heartbeat",
      details: { source, boot: "b", settled, voided, ended: false },
    });
  const gap = (missing: string) =>
    sources.take(seq++, {
      action: "source.gap",
      details: { source: "svc/main", boot: "b", missing },
    } as unknown as EntryRecord);
  return {
    take,
    beat,
    gap,
    missing: () => sources.anyMissing(),
    finish: () => {
      sources.finish();
      return wrong;
    },
  };
}

describe("numbers of a source in the log", () => {
  test("that are all there, out of order too, are no problem", () => {
    const { take, beat, missing, finish } = check();
    for (const n of [2, 1, 4, 3]) take(n);
    beat(5, 4);
    expect([missing(), finish()]).toEqual([false, []]);
  });
  test("that are settled and did not arrive are named, but for those that are voided or reported", () => {
    const { take, beat, gap, missing, finish } = check();
    for (const n of [1, 4, 9]) take(n);
    expect(missing()).toBe(false);
    beat(10, 9, "2");
    expect(missing()).toBe(true);
    gap("5-6");
    expect(finish()).toEqual([
      "3 of the entries that svc/main committed never arrived: its numbers 3,7-8.",
    ]);
  });
  test("that come twice, or after they were said to be unused, are a problem", () => {
    const { take, beat, finish } = check();
    take(1);
    take(1);
    beat(2, 1, "3-4");
    take(4);
    expect(finish()).toHaveLength(2);
  });
  test("of another source, or a settled number that is none, settle nothing", () => {
    const { take, beat, missing } = check();
    take(1);
    beat(5, 4, "", "other/main");
    beat(6, "5");
    beat(7, -3);
    expect(missing()).toBe(false);
  });
  test("that reach very far, with the first one lost, cost neither time nor memory", () => {
    const { take, beat, missing, finish } = check();
    for (let n = 2; n <= 20_000; n += 1) take(n);
    take(900_000_000_000_000);
    beat(900_000_000_000_001, 900_000_000_000_000, "30000-800000000000000");
    expect(missing()).toBe(true);
    expect(finish()[0]).toContain("its numbers 1,20001-29999,800000000000001-899999999999999.");
  });
});
