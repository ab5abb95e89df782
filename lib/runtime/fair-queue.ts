/** Where work waits: behind others of its group, which waits behind others of its wider group. */
export type QueuePlace = Readonly<{
  wide: string;
  narrow: string;
  /** Goes before all work that isn't first. */
  first: boolean;
}>;

export type FairQueue = Readonly<{
  run: <T>(place: QueuePlace, work: () => Promise<T>) => Promise<T>;
}>;

type QueueLimits = Readonly<{
  /** How much runs at the same time. */
  concurrent: number;
  /** How many may wait in one narrow group. */
  waitingInGroup: number;
  /** How many may wait in all. */
  waiting: number;
}>;

type Waiter = Readonly<{ place: QueuePlace; start: () => void; reject: (error: Error) => void }>;
type Groups = Map<string, Map<string, Waiter[]>>;

/**
 * Runs a few things at once. The rest wait, and groups take turns: first the wide ones, then the
 * narrow ones in each, so a group that sends a lot waits for itself and delays every other group by
 * one turn. When the queue is full, the last of the wide group with the most work gives way to one
 * with less. What gets no place is rejected with `fullError`.
 */
export function makeFairQueue(limits: QueueLimits, fullError: () => Error): FairQueue {
  const lanes: readonly [first: Groups, other: Groups] = [new Map(), new Map()];
  let running = 0;
  let waiting = 0;
  const laneOf = (place: QueuePlace): Groups => lanes[place.first ? 0 : 1];
  const add = (waiter: Waiter): void => {
    const { wide, narrow } = waiter.place;
    const group = getOrAdd(laneOf(waiter.place), wide, () => new Map<string, Waiter[]>());
    getOrAdd(group, narrow, () => []).push(waiter);
    waiting++;
  };
  const remove = (lane: Groups, wide: string, narrow: string, end: "first" | "last") => {
    const group = lane.get(wide)!;
    const line = group.get(narrow)!;
    const waiter = end === "first" ? line.shift()! : line.pop()!;
    // Deleted and set again: a Map keeps the order of insertion, so the group goes to the back.
    if (end === "first") group.delete(narrow);
    if (line.length > 0) group.set(narrow, line);
    else group.delete(narrow);
    if (end === "first") lane.delete(wide);
    if (group.size > 0) lane.set(wide, group);
    else lane.delete(wide);
    waiting--;
    return waiter;
  };
  const next = (): Waiter | null => {
    const lane = lanes.find((groups) => groups.size > 0);
    if (lane === undefined) return null;
    const [wide, group] = firstOf(lane);
    return remove(lane, wide, firstOf(group)[0], "first");
  };
  const hasPlace = (place: QueuePlace): boolean => {
    const group = laneOf(place).get(place.wide);
    if ((group?.get(place.narrow)?.length ?? 0) >= limits.waitingInGroup) return false;
    if (waiting < limits.waiting) return true;
    // Work that goes first never gives way.
    const [, other] = lanes;
    const [wide, largest] = largestOf(other, sizeOf);
    if (largest === null || (!place.first && sizeOf(largest) <= sizeOf(group) + 1)) return false;
    const [narrow] = largestOf(largest, (line) => line.length);
    remove(other, wide, narrow, "last").reject(fullError());
    return true;
  };
  return {
    run: async (place, work) => {
      if (running < limits.concurrent) running++;
      else if (hasPlace(place))
        await new Promise<void>((start, reject) => {
          add({ place, start, reject });
        });
      else throw fullError();
      try {
        return await work();
      } finally {
        const waiter = next();
        if (waiter === null) running--;
        else waiter.start();
      }
    },
  };
}

function getOrAdd<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

const firstOf = <V>(map: ReadonlyMap<string, V>): [string, V] => map.entries().next().value!;

const sizeOf = (group: ReadonlyMap<string, readonly Waiter[]> | undefined): number =>
  [...(group?.values() ?? [])].reduce((sum, line) => sum + line.length, 0);

function largestOf<V>(
  map: ReadonlyMap<string, V>,
  size: (value: V) => number,
): [key: string, value: V] | [key: "", value: null] {
  const [largest] = [...map].toSorted(([, a], [, b]) => size(b) - size(a));
  return largest ?? ["", null];
}
