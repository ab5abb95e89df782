import { expect, test } from "vitest";
import { batchDelayMs } from "./follow-log";

test("a reader hardly waits after a single entry, and at most the maximum in a stream", () => {
  expect(batchDelayMs(1, 500, 200)).toBeLessThanOrEqual(2);
  expect(batchDelayMs(100, 500, 200)).toBe(200);
  expect(batchDelayMs(499, 500, 200)).toBe(200);
});

test("a reader that is behind does not wait", () => {
  expect(batchDelayMs(500, 500, 200)).toBe(0);
  expect(batchDelayMs(1_000, 500, 200)).toBe(0);
});

test("a reader that read nothing does not wait", () => {
  expect(batchDelayMs(0, 500, 200)).toBe(0);
});

test("a reader whose batches are dear waits the maximum after fewer entries", () => {
  expect(batchDelayMs(1, 500, 200, 20)).toBe(10);
  expect(batchDelayMs(20, 500, 200, 20)).toBe(200);
  expect(batchDelayMs(500, 500, 200, 20)).toBe(0);
});
