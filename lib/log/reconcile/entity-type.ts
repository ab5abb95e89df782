import type { Fields, ReplayedEntry } from "./fields";

/**
 * A kind of entity whose whole lifecycle is in the log: how entries change its expected state `S`,
 * and how its rows are read and compared.
 */
export type EntityType<S> = Readonly<{
  name: string;
  /** The prefixes of its entries' actions. */
  prefixes: readonly string[];
  /** The key of the row that an entry is about; undefined if it is about none. */
  idOf: (record: ReplayedEntry["record"]) => string | undefined;
  /** The keys of all of them, if it can be about several. */
  idsOf?: (record: ReplayedEntry["record"]) => readonly string[];
  /** The targets of entries about a row with this key. */
  targetOf: (id: string) => string;
  /** More targets of entries about this row, if its entries are about something else. */
  targetsOf?: (row: EntityRow) => readonly string[];
  /** Whether the row may have been deleted, although the log expects it. */
  mayBeMissing: (expected: S) => boolean;
  /** The expected state after the entry. `onProblem`: the log contradicts itself. */
  next: (
    before: S | null,
    entry: ReplayedEntry,
    onProblem: (message: string) => void,
    id: string,
  ) => S | null;
  store: StateStore<S>;
  /** SQL of its rows: the columns (text, named as the field), the tables and the key column. */
  columns: string;
  from: string;
  key: string;
  /** Describes how a row differs from the expected state. */
  differences: (row: EntityRow, expected: S, lookups: Lookups) => Promise<string[]> | string[];
  /** How messages refer to the row. */
  describe: (row: EntityRow) => string;
}>;

/** What a comparison may need besides the row and its expected state. */
export type Lookups = Readonly<{
  /** Reads an entry again. */
  recordOf: (seq: number) => Promise<ReplayedEntry["record"] | null>;
  /** Entries about these targets that the replay doesn't have yet, and any others after its end. */
  entriesAfter: (targets: readonly string[]) => Promise<readonly ReplayedEntry[]>;
  /** The public key of an authority, if it is the one that the log names; null if there is none. */
  issuerKeyOf: (authorityId: string) => Promise<Uint8Array | null>;
}>;

/** The keys of the rows that an entry is about. */
export function idsIn(
  { idOf, idsOf }: Pick<EntityType<never>, "idOf" | "idsOf">,
  record: ReplayedEntry["record"],
): readonly string[] {
  if (idsOf) return idsOf(record);
  const id = idOf(record);
  return id === undefined ? [] : [id];
}

export type EntityRow = Fields & Readonly<{ id: string }>;

/** The expected state of each row, and whether the row was found. */
export type StateStore<S> = Readonly<{
  get: (id: string) => S | null;
  set: (id: string, expected: S) => void;
  markSeen: (id: string) => void;
  /** The ids of rows that were not found so far. */
  unseen: () => Iterable<string>;
  size: () => number;
}>;

const shardCount = 1_024;

/**
 * The shard of an id. A map is copied when it grows, and copying one large map would block the
 * event loop; many small ones do not.
 */
export function shardOf(id: string): number {
  const length = id.length;
  return (
    ((id.charCodeAt(length - 1) * 31 + id.charCodeAt(length - 2)) * 31 +
      id.charCodeAt(length - 3)) &
    (shardCount - 1)
  );
}

export const makeShards = <V>(): Map<string, V>[] =>
  Array.from({ length: shardCount }, () => new Map<string, V>());

/** A store of plain objects, for entities of which there are not millions. */
export function makeStateStore<S extends object>(): StateStore<S> {
  const shards = makeShards<{ expected: S; seen: boolean }>();
  let size = 0;
  const findItem = (id: string) => shards[shardOf(id)]?.get(id);
  return {
    get: (id) => findItem(id)?.expected ?? null,
    set: (id, expected) => {
      const item = findItem(id);
      if (item) item.expected = expected;
      else {
        shards[shardOf(id)]?.set(id, { expected, seen: false });
        size++;
      }
    },
    markSeen: (id) => {
      const item = findItem(id);
      if (item) item.seen = true;
    },
    *unseen() {
      for (const shard of shards) for (const [id, { seen }] of shard) if (!seen) yield id;
    },
    size: () => size,
  };
}
