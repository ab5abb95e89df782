import type { Deps } from "@/lib/deps";

type Kept<T> = Readonly<{ at: number; value: Promise<T | null> }>;
type Recall<T> = (
  deps: Pick<Deps, "db" | "clock">,
  key: string,
  fresh?: boolean,
) => Promise<T | null>;

const mostKept = 10_000;

/**
 * Reads through a memory of `milliseconds`, one per database, one read under way per key; what is absent is not remembered. Only for reads
 * whose truth is checked again inside the transaction that relies on them. `fresh` reads anew.
 */
export function rememberBriefly<T>(
  milliseconds: number,
  read: (deps: Pick<Deps, "db">, key: string) => Promise<T | null>,
): Recall<T> {
  const memories = new WeakMap<object, Map<string, Kept<T>>>();
  return async (deps, key, fresh = false) => {
    const memory = memories.get(deps.db) ?? new Map<string, Kept<T>>();
    memories.set(deps.db, memory);
    const now = deps.clock.now().getTime(),
      known = memory.get(key);
    if (known && !fresh && now - known.at < milliseconds && now >= known.at) return known.value;
    if (memory.size >= mostKept) memory.clear();
    const kept: Kept<T> = { at: now, value: read(deps, key) };
    memory.set(key, kept);
    const forget = (): void => {
      if (memory.get(key) === kept) memory.delete(key);
    };
    kept.value.then((value) => {
      if (value === null) forget();
    }, forget);
    return kept.value;
  };
}
