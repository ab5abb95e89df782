import { expect, test } from "vitest";
import { gatherMs } from "./gather";

test("a lone entry waits for next to nothing, and a stream for the longest time at most", () => {
  expect(gatherMs(1, 500, 200)).toBeLessThanOrEqual(2);
  expect(gatherMs(100, 500, 200)).toBe(200);
  expect(gatherMs(499, 500, 200)).toBe(200);
});

test("whoever is behind does not wait at all", () => {
  expect(gatherMs(500, 500, 200)).toBe(0);
  expect(gatherMs(1_000, 500, 200)).toBe(0);
});

test("nothing read is nothing to wait for", () => {
  expect(gatherMs(0, 500, 200)).toBe(0);
});
