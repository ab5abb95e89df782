import { describe, expect, test } from "vitest";
import type { Queryable } from "@/lib/log/sequence/leader";
import { getSegmentCache, makeByteCache } from "./segment-cache";

const bytes = (length: number): Uint8Array => new Uint8Array(length);

describe("a cache of bytes", () => {
  test("returns the value itself, and undefined for what it doesn't have", () => {
    const cache = makeByteCache<Uint8Array>(10);
    const value = bytes(4);
    cache.set("a", value);
    expect(cache.get("a")).toBe(value);
    expect(cache.get("b")).toBeUndefined();
  });

  test("drops what was not used for longest, and never holds more than its limit", () => {
    const cache = makeByteCache<Uint8Array>(10);
    for (const key of ["a", "b"]) cache.set(key, bytes(4));
    cache.get("a");
    cache.set("c", bytes(4));
    expect(["a", "b", "c"].filter((key) => cache.get(key) !== undefined)).toEqual(["a", "c"]);
  });

  test("counts a value that is replaced once", () => {
    const cache = makeByteCache<Uint8Array>(10);
    for (let n = 0; n < 5; n += 1) cache.set("a", bytes(5));
    cache.set("b", bytes(5));
    expect([cache.get("a"), cache.get("b")].map((value) => value?.length)).toEqual([5, 5]);
  });

  test("keeps nothing that is larger than its limit, and goes on", () => {
    const cache = makeByteCache<Uint8Array>(10);
    cache.set("a", bytes(11));
    expect(cache.get("a")).toBeUndefined();
    cache.set("b", bytes(10));
    expect(cache.get("b")).toHaveLength(10);
  });
});

test("two databases share no cache, also where their segments have the same ids", () => {
  const [one, other] = [{} as Queryable, {} as Queryable].map((pool) => getSegmentCache({ pool }));
  one!.bits.set("1 a", bytes(8));
  expect(other!.bits.get("1 a")).toBeUndefined();
});
