import type { Deps } from "@/lib/runtime/deps";

type CacheEntry<T> = Readonly<{ at: number; value: Promise<T | null> }>;
type CachedRead<T> = (
  deps: Pick<Deps, "db" | "clock">,
  key: string,
  fresh?: boolean,
) => Promise<T | null>;

const maxEntries = 10_000;

/**
 * Wraps a read in a cache with a time to live, one cache per database. Concurrent reads of a key
 * share one query, and absent rows are not cached. `fresh` bypasses the cache. Use it only for data
 * that the transaction relying on it checks again.
 */
export function cachedRead<T>(
  ttlMs: number,
  read: (deps: Pick<Deps, "db">, key: string) => Promise<T | null>,
): CachedRead<T> {
  const caches = new WeakMap<object, Map<string, CacheEntry<T>>>();
  return async (deps, key, fresh = false) => {
    const cache = caches.get(deps.db) ?? new Map<string, CacheEntry<T>>();
    caches.set(deps.db, cache);
    const now = deps.clock.now().getTime();
    const cached = cache.get(key);
    const isUsable = cached !== undefined && now >= cached.at && now - cached.at < ttlMs;
    if (isUsable && !fresh) return cached.value;
    if (cache.size >= maxEntries) cache.clear();
    const entry: CacheEntry<T> = { at: now, value: read(deps, key) };
    cache.set(key, entry);
    const evict = (): void => {
      if (cache.get(key) === entry) cache.delete(key);
    };
    entry.value.then((value) => {
      if (value === null) evict();
    }, evict);
    return entry.value;
  };
}
