import type { Fields, Replayed } from "./fields";

/** A kind of rows whose whole life is in the log: how its entries change what is expected, and how its rows are read. */
export type Noun<S> = Readonly<{
  /** Its entries' actions begin with it. */
  name: string;
  /** What is expected after the entry. `say` is told where the log contradicts itself. */
  next: (before: S | null, entry: Replayed, say: (words: string) => void) => S | null;
  store: Store<S>;
  /** SQL: what is read of a row (each column a text, its name the fact's), from where, and the key's column. */
  columns: string;
  from: string;
  key: string;
  /** What the row says otherwise, in words. `recordOf` reads an entry again. */
  differences: (
    row: Row,
    expected: S,
    recordOf: (seq: number) => Promise<Replayed["record"] | null>,
  ) => Promise<string[]> | string[];
  /** How a person calls the row. */
  call: (row: Row) => string;
}>;

export type Row = Fields & Readonly<{ id: string }>;

/** What is expected of each row, and whether the row was found. */
export type Store<S> = Readonly<{
  get: (id: string) => S | null;
  set: (id: string, expected: S) => void;
  markSeen: (id: string) => void;
  /** Ids whose rows were not found yet. */
  unseen: () => Iterable<string>;
  size: () => number;
}>;

const SHARDS = 1_024;

/** The shard of an id. Many small maps: one that grows is copied, and a large one would hold up everybody else meanwhile. */
export function shardOf(id: string): number {
  const length = id.length;
  return (
    ((id.charCodeAt(length - 1) * 31 + id.charCodeAt(length - 2)) * 31 +
      id.charCodeAt(length - 3)) &
    (SHARDS - 1)
  );
}

export const makeShards = <V>(): Map<string, V>[] =>
  Array.from({ length: SHARDS }, () => new Map<string, V>());

/** A store of plain objects, for everything that there are not millions of. */
export function makeStore<S extends object>(): Store<S> {
  const shards = makeShards<{ expected: S; seen: boolean }>();
  let size = 0;
  const at = (id: string) => shards[shardOf(id)]?.get(id);
  return {
    get: (id) => at(id)?.expected ?? null,
    set: (id, expected) => {
      const known = at(id);
      if (known) known.expected = expected;
      else {
        shards[shardOf(id)]?.set(id, { expected, seen: false });
        size++;
      }
    },
    markSeen: (id) => {
      const known = at(id);
      if (known) known.seen = true;
    },
    *unseen() {
      for (const shard of shards) for (const [id, { seen }] of shard) if (!seen) yield id;
    },
    size: () => size,
  };
}
