import { makeBulkResultEntityType } from "./bulk-result-entity-type";
import { makeCertificateEntityType } from "./certificate-entity-type";
import type { Fields, ReplayedEntry } from "./fields";
import { idsIn, type EntityType } from "./entity-type";
import { makeEntityTypes } from "./entity-types";
import { makeNamesEntityType } from "./names/names-entity-type";
import { makeShareEntityType } from "./names/share-entity-type";

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
  /** SHA-256 of an authority's public key, as its entry has it; null if it is unknown. */
  keyOfAuthority: (id: string) => string | null;
  /** The number of entities known so far. */
  size: () => number;
}>;

const widen = <S>(entityType: EntityType<S>): AnyEntityType =>
  entityType as unknown as AnyEntityType;

/** Failures that end something: a plan, an order, the authorization of a name. */
const endingFailures: ReadonlySet<string> = new Set([
  "certificate.failed",
  "acme.order-failed",
  "acme.challenge-failed",
]);
const changesState = ({ record }: ReplayedEntry): boolean =>
  record.outcome === "success" || endingFailures.has(record.action);

/**
 * Starts a replay at entry `from`; entities created before it are unknown. `onProblem` is called
 * where the log contradicts itself.
 */
export function makeReplay(onProblem: (message: string) => void, from = 0): Replay {
  const entityTypes = [
    widen(makeCertificateEntityType()),
    widen(makeNamesEntityType()),
    widen(makeShareEntityType()),
    widen(makeBulkResultEntityType()),
    ...makeEntityTypes().map((entityType: EntityType<Fields>) => widen(entityType)),
  ];
  const byPrefix = groupByPrefix(entityTypes);
  const authorities = entityTypes.find(({ name }) => name === "authority");
  let position = from;
  return {
    entityTypes,
    add: (entry) => {
      if (entry.seq !== null) position = entry.seq + 1;
      for (const entityType of entityTypesOf(byPrefix, entry)) {
        for (const id of idsIn(entityType, entry.record)) {
          const after = entityType.next(entityType.store.get(id), entry, onProblem, id);
          if (after !== null) entityType.store.set(id, after);
        }
      }
    },
    advanceTo: (upto) => {
      position = Math.max(position, upto);
    },
    position: () => position,
    keyOfAuthority: (id) => {
      const state = authorities?.store.get(id) as Fields | null | undefined;
      return state?.["key"] ?? null;
    },
    size: () => entityTypes.reduce((sum, entityType) => sum + entityType.store.size(), 0),
  };
}

type ByPrefix = ReadonlyMap<string, readonly AnyEntityType[]>;

function groupByPrefix(entityTypes: readonly AnyEntityType[]): ByPrefix {
  const byPrefix = new Map<string, AnyEntityType[]>();
  for (const entityType of entityTypes)
    for (const prefix of entityType.prefixes)
      byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), entityType]);
  return byPrefix;
}

function entityTypesOf(byPrefix: ByPrefix, entry: ReplayedEntry): readonly AnyEntityType[] {
  const action = typeof entry.record.action === "string" ? entry.record.action : "";
  return (changesState(entry) && byPrefix.get(action.slice(0, action.indexOf(".")))) || [];
}

/** The expected state of a row after the entries about it that are still in the inbox. */
export function expectedWithInbox(
  entityType: AnyEntityType,
  id: string,
  inbox: readonly ReplayedEntry[],
): unknown {
  const byPrefix = groupByPrefix([entityType]);
  return inbox
    .filter(
      (entry) =>
        idsIn(entityType, entry.record).includes(id) && entityTypesOf(byPrefix, entry).length > 0,
    )
    .reduce<unknown>(
      (before, entry) => entityType.next(before, entry, () => {}, id),
      entityType.store.get(id),
    );
}
