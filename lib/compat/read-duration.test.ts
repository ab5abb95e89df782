import { describe, expect, test } from "vitest";
import { readDuration } from "./read-duration";

describe("a duration", () => {
  test.each([
    ["86400", 86_400],
    ["2160h0m0s", 7_776_000],
    ["1h30m0s", 5_400],
    ["720h0m0.5s", 2_592_000],
    ["90d", 7_776_000],
    ["1.5h", 5_400],
    ["500ms", 1],
    [" 60s ", 60],
  ])("%s is %d seconds, rounded down but at least 1", (text, seconds) => {
    expect(readDuration(text)).toBe(seconds);
  });
  test.each(["", " ", "0", "0s", "0h0m0s"])("%j is the default", (text) => {
    expect(readDuration(text)).toBeUndefined();
  });
  test.each([
    "-1h",
    "1y",
    "h",
    "1h 30m",
    "one hour",
    "1h30",
    "1e9",
    "0x10",
    "99999999999",
    "5000000000",
    "1hh",
    "NaN",
    "Infinity",
    "2026-11-23T02:38:07Z",
  ])("%s is none", (text) => {
    expect(readDuration(text)).toBeNull();
  });
});
