import { describe, expect, it } from "vitest";
import { recall, remember, type Keeper, type Remembered } from "./browser-memory";

function keeperWith(texts: Record<string, string> = {}): Keeper {
  const kept = new Map(Object.entries(texts));
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      kept.set(key, value);
    },
    removeItem: (key) => {
      kept.delete(key);
    },
  };
}
const seen: Remembered = {
  v: 1,
  origin: "log.example.com/log/1",
  vkey: "k",
  size: 7,
  rootHex: "ab".repeat(32),
  note: "n",
  seenAt: "2026-11-23T00:00:00Z",
};

describe("what a browser remembers of a log", () => {
  it("comes back as it was", () => {
    const keeper = keeperWith();
    remember(keeper, seen);
    expect(recall(keeper, seen.origin)).toEqual(seen);
  });
  it("is kept for each log apart", () => {
    const keeper = keeperWith();
    remember(keeper, seen);
    expect(recall(keeper, "log.example.com/log/2")).toBeNull();
  });
  it("is nothing where something else stands in its place", () => {
    for (const text of [
      "",
      "null",
      "[]",
      "{",
      JSON.stringify({ ...seen, origin: "other" }),
      JSON.stringify({ ...seen, size: "7" }),
      JSON.stringify({ ...seen, rootHex: "ab" }),
    ]) {
      expect(recall(keeperWith({ [`chancery-log ${seen.origin}`]: text }), seen.origin)).toBeNull();
    }
  });
});
