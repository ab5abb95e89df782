import { expect, test } from "vitest";
import { makeBatchPace } from "./batch-pace";

const options = { fullBatch: 500, maxDelayMs: 200, entriesForFullDelay: 100 };

test("a reader hardly waits after a single entry, and at most the maximum in a stream", () => {
  expect(makeBatchPace(options)(1, 0)).toBe(2);
  expect(makeBatchPace(options)(100, 0)).toBe(200);
  expect(makeBatchPace(options)(499, 0)).toBe(200);
});

test("a reader that is behind or read nothing does not wait", () => {
  for (const read of [0, 500, 1_000]) expect(makeBatchPace(options)(read, 0)).toBe(0);
});

test("a reader waits as long in a stream of small batches as in one of large ones", () => {
  const delays = [1, 10].map((size) => {
    const pace = makeBatchPace(options);
    let delay = 0;
    for (let at = 0; at < 5_000; at += size * 20) delay = pace(size, at);
    return delay;
  });
  expect(delays[0]).toBeGreaterThan(80);
  expect(delays[1]).toBeGreaterThan(delays[0]! * 0.9);
  expect(delays[1]).toBeLessThan(delays[0]! * 1.3);
});

test("a stream that ended some seconds ago is forgotten", () => {
  const pace = makeBatchPace(options);
  for (let at = 0; at < 2_000; at += 10) pace(2, at);
  expect(pace(2, 2_000)).toBe(200);
  expect(pace(1, 10_000)).toBeLessThan(2.5);
});

test("a clock that doesn't move makes no delay longer than the maximum", () => {
  const pace = makeBatchPace(options);
  for (let n = 0; n < 1_000; n += 1) expect(pace(1, 5)).toBeLessThanOrEqual(200);
});
