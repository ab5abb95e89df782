import { describe, expect, test } from "vitest";
import { makeCrlPace } from "./crl-pace";

/** CRLs of changes that come one after the other: when each begins, and when each change is in one. */
function run(changes: readonly number[], tookMs: number) {
  const pace = makeCrlPace();
  const crls: number[] = [];
  let due = Infinity;
  let freeAt = 0;
  const waits: number[] = [];
  let open: number[] = [];
  const publish = (): void => {
    const begin = Math.max(due, freeAt);
    crls.push(begin);
    freeAt = begin + tookMs;
    pace.began(begin);
    pace.ended(freeAt);
    for (const at of open) waits.push(freeAt - at);
    [open, due] = [[], Infinity];
  };
  for (const at of changes) {
    while (due <= at && Math.max(due, freeAt) <= at) publish();
    open.push(at);
    due = Math.min(due, at + pace.changed(1, at));
  }
  if (open.length > 0) publish();
  return { crls, longestWait: Math.max(...waits) };
}
const every = (ms: number, count: number) => Array.from({ length: count }, (_, n) => n * ms);

describe("a CRL follows", () => {
  test("a single change at once, also after a long one", () => {
    expect(run([0], 20).crls).toEqual([50]);
    expect(run([0, 60_000], 2_000).crls).toEqual([50, 60_050]);
  });

  test("a few changes one after the other within a third of a second each, not at once each", () => {
    const { crls, longestWait } = run(every(50, 40), 5);
    expect(crls.length).toBeLessThanOrEqual(2_000 / 300 + 2);
    expect(longestWait).toBeLessThanOrEqual(310);
  });

  test.each([
    ["fast", 2, 10_000],
    ["at fifty a second", 20, 3_000],
    ["in hundreds at once", 0, 10_000],
  ])("many changes %s every four seconds, and the last within five", (_what, ms, count) => {
    const { crls, longestWait } = run(every(ms, count), 100);
    const seconds = (ms * count) / 1_000;
    expect(crls.length).toBeLessThanOrEqual(seconds / 4 + 8);
    expect(longestWait).toBeLessThan(5_000);
  });

  test("changes that are few with as much rest as large CRLs need, and within five seconds", () => {
    const { crls, longestWait } = run(every(200, 100), 800);
    expect(crls.length).toBeLessThanOrEqual(20 / 3.2 + 2);
    expect(longestWait).toBeLessThan(5_000);
  });

  test.each([
    ["few", 200, 200],
    ["many", 2, 10_000],
  ])("%s changes within five seconds, also if each CRL takes two of them", (_what, ms, count) => {
    for (const tookMs of [1_100, 1_500, 2_000])
      expect(run(every(ms, count), tookMs).longestWait).toBeLessThan(5_000);
  });

  test("small changes at their own pace once the many are over", () => {
    const { crls } = run([...every(2, 5_000), 60_000], 50);
    expect(crls.at(-1)).toBe(60_050);
  });
});
