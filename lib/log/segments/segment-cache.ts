import type { EntryBits } from "@/lib/log/pure/segment-format";
import type { Queryable } from "@/lib/log/sequence/leader";

/** Keeps what was used last, up to so many bytes. */
export type ByteCache<T> = Readonly<{
  get: (key: string) => T | undefined;
  set: (key: string, value: T) => void;
}>;

/** What searches read of sealed segments again and again, by the segment's id. */
export type SegmentCache = Readonly<{
  /** Which entries of a segment have a token of a clause. Shared: never change what is in it. */
  bits: ByteCache<EntryBits>;
  /** The earliest and the latest time of each block of a segment. */
  spans: ByteCache<Float64Array>;
}>;

/** For a clause, 8 kB a segment: five clauses of 50 million entries. */
const maxBitsBytes = 32 * 1_048_576;
const maxSpansBytes = 2 * 1_048_576;
const caches = new WeakMap<object, SegmentCache>();

/**
 * The cache of this process for a database. A sealed segment never changes: one that replaces it has
 * another id. What was edited behind Chancery's back is found by a verification, which reads the
 * pages themselves.
 */
export function getSegmentCache({ pool }: Readonly<{ pool: Queryable }>): SegmentCache {
  const known = caches.get(pool);
  if (known) return known;
  const cache: SegmentCache = {
    bits: makeByteCache(maxBitsBytes),
    spans: makeByteCache(maxSpansBytes),
  };
  caches.set(pool, cache);
  return cache;
}

/** Drops what was not used for longest once there are more than `maxBytes`. */
export function makeByteCache<T extends Readonly<{ byteLength: number }>>(
  maxBytes: number,
): ByteCache<T> {
  // A Map keeps the order in which keys were added.
  const kept = new Map<string, T>();
  let bytes = 0;
  const remove = (key: string): void => {
    bytes -= kept.get(key)?.byteLength ?? 0;
    kept.delete(key);
  };
  return {
    get: (key) => {
      const value = kept.get(key);
      if (value === undefined) return undefined;
      kept.delete(key);
      kept.set(key, value);
      return value;
    },
    set: (key, value) => {
      remove(key);
      kept.set(key, value);
      bytes += value.byteLength;
      for (const oldest of kept.keys()) {
        if (bytes <= maxBytes) break;
        remove(oldest);
      }
    },
  };
}
