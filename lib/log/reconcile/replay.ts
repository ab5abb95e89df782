import { makeCertificateEntityType } from "./certificate-entity-type";
import type { Fields, ReplayedEntry } from "./fields";
import type { EntityType } from "./entity-type";
import { makeEntityTypes } from "./entity-types";

type AnyEntityType = EntityType<unknown>;

/** The state of all entities after replaying the log up to a position. */
export type Replay = Readonly<{
  entityTypes: readonly AnyEntityType[];
  /** Adds the next entry; in order, each once. */
  add: (entry: ReplayedEntry) => void;
  /** Declares that every entry below this number was added or cannot be read. */
  advanceTo: (upto: number) => void;
  /** The number of the next entry. */
  position: () => number;
  /** The number of entities known so far. */
  size: () => number;
}>;

const widen = <S>(entityType: EntityType<S>): AnyEntityType =>
  entityType as unknown as AnyEntityType;

/** Only successful actions change state, and `certificate.failed`, which ends a plan. */
const changesState = ({ record }: ReplayedEntry): boolean =>
  record.outcome === "success" || record.action === "certificate.failed";

/**
 * Starts a replay at entry `from`; entities created before it are unknown. `onProblem` is called
 * where the log contradicts itself.
 */
export function makeReplay(onProblem: (message: string) => void, from = 0): Replay {
  const entityTypes = [
    widen(makeCertificateEntityType()),
    ...makeEntityTypes().map((entityType: EntityType<Fields>) => widen(entityType)),
  ];
  const byName = new Map(entityTypes.map((entityType) => [entityType.name, entityType]));
  let position = from;
  return {
    entityTypes,
    add: (entry) => {
      if (entry.seq !== null) position = entry.seq + 1;
      const entityType = entityTypeOf(byName, entry);
      const id = entry.record.target?.id;
      if (!entityType || id === undefined) return;
      const after = entityType.next(entityType.store.get(id), entry, onProblem);
      if (after !== null) entityType.store.set(id, after);
    },
    advanceTo: (upto) => {
      position = Math.max(position, upto);
    },
    position: () => position,
    size: () => entityTypes.reduce((sum, entityType) => sum + entityType.store.size(), 0),
  };
}

function entityTypeOf(
  byName: ReadonlyMap<string, AnyEntityType>,
  entry: ReplayedEntry,
): AnyEntityType | undefined {
  const action = typeof entry.record.action === "string" ? entry.record.action : "";
  return changesState(entry) ? byName.get(action.slice(0, action.indexOf("."))) : undefined;
}

/** The expected state of a row after the entries about it that are still in the inbox. */
export function expectedWithInbox(
  entityType: AnyEntityType,
  id: string,
  inbox: readonly ReplayedEntry[],
): unknown {
  const byName = new Map([[entityType.name, entityType]]);
  return inbox
    .filter((entry) => entry.record.target?.id === id && entityTypeOf(byName, entry) !== undefined)
    .reduce<unknown>(
      (before, entry) => entityType.next(before, entry, () => {}),
      entityType.store.get(id),
    );
}
