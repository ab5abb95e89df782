import { expect, test } from "vitest";
import { makeStallWatch, stalledText } from "./stall-watch";

const limit = 8_000;
const start = Date.parse("2026-11-29T00:33:36Z");

test("a cursor that does not move while the log grows is found after the limit, with its number and since when", () => {
  const watch = makeStallWatch(limit);
  expect(watch.observe({ alerts: { at: 340, end: 340 } }, start - 1)).toEqual([]);
  for (let ms = 0; ms < limit; ms += 1_000)
    expect(watch.observe({ alerts: { at: 340, end: 341 + ms } }, start + ms)).toEqual([]);
  const [stalled] = watch.observe({ alerts: { at: 340, end: 641 } }, start + limit);
  expect(stalled).toMatchObject({ name: "alerts", at: 340, behind: 301 });
  expect(stalledText(stalled!)).toMatch(
    /^alert rules: at entry 340 of 641 since 2026-11-29T00:33:3\dZ$/,
  );
});

test("a cursor that moves is no alarm, however far behind it is, and neither is one at the end", () => {
  const watch = makeStallWatch(limit);
  for (let n = 0; n < 100; n++)
    expect(
      watch.observe(
        { index: { at: n, end: 1_000_000 }, tree: { at: 5, end: 5 } },
        start + n * 7_000,
      ),
    ).toEqual([]);
});

test("an alarm ends as soon as the cursor moves, and starts again only after the whole limit", () => {
  const watch = makeStallWatch(limit);
  watch.observe({ tree: { at: 1, end: 2 } }, start);
  expect(watch.observe({ tree: { at: 1, end: 2 } }, start + limit)).toHaveLength(1);
  expect(watch.observe({ tree: { at: 2, end: 3 } }, start + limit + 1)).toEqual([]);
  expect(watch.observe({ tree: { at: 2, end: 3 } }, start + 2 * limit)).toEqual([]);
  expect(watch.observe({ tree: { at: 2, end: 3 } }, start + 2 * limit + 1)).toHaveLength(1);
});

test("each reader is watched by itself", () => {
  const watch = makeStallWatch(limit);
  watch.observe({ index: { at: 1, end: 9 }, alerts: { at: 1, end: 9 } }, start);
  const stalled = watch.observe(
    { index: { at: 2, end: 9 }, alerts: { at: 1, end: 9 } },
    start + limit,
  );
  expect(stalled.map(({ name }) => name)).toEqual(["alerts"]);
});
