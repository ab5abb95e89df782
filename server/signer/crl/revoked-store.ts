import {
  packRecord,
  readRecord,
  recordBytes,
  recordFields,
  type RevokedRecord,
} from "./revoked-record";

/**
 * Revoked certificates by serial, 64 octets each: as objects, a million of them would take ten times
 * that. A slot is the place of a certificate and never changes.
 */
export type RevokedStore = Readonly<{
  /** Certificates that are on the CRL. */
  size: () => number;
  /** All slots ever used, dropped certificates included: slots are from 0 to this, exclusive. */
  slots: () => number;
  /** The slot of a serial that is on the CRL, or -1. `serial` starts at an offset of `bytes`. */
  find: (bytes: Uint8Array, start: number, length: number) => number;
  /** Adds or replaces the packed record at an offset, or drops it if it says so. Returns its slot. */
  apply: (packed: Buffer, at: number) => number;
  isListed: (slot: number) => boolean;
  record: (slot: number) => RevokedRecord;
  /** The buffer and offset of a slot's packed record. */
  locate: (slot: number) => readonly [bytes: Buffer, at: number];
  /** All slots in ascending order of serials, dropped certificates included. */
  ordered: () => Uint32Array;
  /** Order of two slots by serial. */
  compare: (left: number, right: number) => number;
  /** The slots that were applied since the last call, some of them more than once. */
  takeChanged: () => readonly number[];
  /**
   * The packed records of what is on the CRL, in the same order, many of them in each part. A part
   * is overwritten with the next one.
   */
  pack: () => Generator<Buffer>;
}>;

const slotsPerChunk = 16_384;
const smallestIndex = 1_024;
const recordsPerPart = 4_096;

type State = {
  readonly seed: number;
  readonly chunks: Buffer[];
  /** Open addressing over slot + 1; 0 is empty. A power of two, at most half full. */
  index: Int32Array;
  slots: number;
  listed: number;
  /** Slots in ascending order of serials, and those that are not in it yet. */
  order: Uint32Array;
  unordered: number[];
  changed: number[];
};

/** FNV-1a, finished as MurmurHash3 does. The seed keeps serials from being chosen to collide. */
function hashOf(seed: number, bytes: Uint8Array, start: number, length: number): number {
  let hash = seed ^ length;
  for (let at = start; at < start + length; at++)
    hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const locate = (state: State, slot: number): readonly [Buffer, number] => [
  state.chunks[Math.floor(slot / slotsPerChunk)] ?? Buffer.alloc(0),
  (slot % slotsPerChunk) * recordBytes,
];

function isSerialAt(
  state: State,
  slot: number,
  bytes: Uint8Array,
  start: number,
  length: number,
): boolean {
  const [chunk, at] = locate(state, slot);
  if (recordFields.serialLength(chunk, at) !== length) return false;
  for (let index = 0; index < length; index++)
    if (chunk[at + 1 + index] !== bytes[start + index]) return false;
  return true;
}

/** The place in the index where the serial is, or would be. */
function placeOf(state: State, bytes: Uint8Array, start: number, length: number): number {
  const mask = state.index.length - 1;
  let place = hashOf(state.seed, bytes, start, length) & mask;
  for (;;) {
    const slot = (state.index[place] ?? 0) - 1;
    if (slot < 0 || isSerialAt(state, slot, bytes, start, length)) return place;
    place = (place + 1) & mask;
  }
}

function growIndex(state: State): void {
  if (state.slots * 2 < state.index.length) return;
  state.index = new Int32Array(state.index.length * 2);
  for (let slot = 0; slot < state.slots; slot++) {
    const [chunk, at] = locate(state, slot);
    const length = recordFields.serialLength(chunk, at);
    state.index[placeOf(state, chunk, at + 1, length)] = slot + 1;
  }
}

function apply(state: State, packed: Buffer, from: number): number {
  growIndex(state);
  const length = recordFields.serialLength(packed, from);
  const place = placeOf(state, packed, from + 1, length);
  const isDropped = recordFields.isDropped(packed, from);
  let slot = (state.index[place] ?? 0) - 1;
  if (slot < 0) {
    slot = state.slots++;
    if (slot % slotsPerChunk === 0) state.chunks.push(Buffer.alloc(slotsPerChunk * recordBytes));
    state.index[place] = slot + 1;
    state.unordered.push(slot);
    state.listed += isDropped ? 0 : 1;
  } else {
    const [chunk, at] = locate(state, slot);
    const wasDropped = recordFields.isDropped(chunk, at);
    state.listed += (wasDropped ? 1 : 0) - (isDropped ? 1 : 0);
  }
  const [chunk, at] = locate(state, slot);
  packed.copy(chunk, at, from, from + recordBytes);
  state.changed.push(slot);
  return slot;
}

function compareSlots(state: State, left: number, right: number): number {
  const [a, atA] = locate(state, left);
  const [b, atB] = locate(state, right);
  const length = recordFields.serialLength(a, atA);
  const difference = length - recordFields.serialLength(b, atB);
  if (difference !== 0) return difference;
  for (let index = 1; index <= length; index++) {
    const octets = (a[atA + index] ?? 0) - (b[atB + index] ?? 0);
    if (octets !== 0) return octets;
  }
  return 0;
}

type Compare = (left: number, right: number) => number;

function isAscending(slots: Uint32Array, compare: Compare): boolean {
  for (let at = 1; at < slots.length; at++)
    if (compare(slots[at - 1] ?? 0, slots[at] ?? 0) >= 0) return false;
  return true;
}

/** Of a key to sort by: the length of a serial and its first three octets, and then the slot. */
const slotsInKey = 2 ** 24;

/**
 * Numbers are sorted without a function that compares them, in a tenth of the time: what begins
 * alike is put in order afterward.
 */
function sortSlots(state: State, slots: Uint32Array, compare: Compare): void {
  if (state.slots >= slotsInKey) {
    slots.sort(compare);
    return;
  }
  const keys = Float64Array.from(slots, (slot) => prefixOf(state, slot) * slotsInKey + slot).sort();
  for (let from = 0, at = 0; at < keys.length; at++) {
    const key = keys[at] ?? 0;
    slots[at] = key % slotsInKey;
    const isLast =
      Math.floor((keys[at + 1] ?? Infinity) / slotsInKey) > Math.floor(key / slotsInKey);
    if (!isLast) continue;
    if (at > from) slots.subarray(from, at + 1).sort(compare);
    from = at + 1;
  }
}

/** The length of a serial and its first three octets: 29 bits. */
function prefixOf(state: State, slot: number): number {
  const [chunk, at] = locate(state, slot);
  const length = recordFields.serialLength(chunk, at);
  const octet = (index: number): number => (index < length ? (chunk[at + 1 + index] ?? 0) : 0);
  return length * 2 ** 24 + octet(0) * 2 ** 16 + octet(1) * 2 ** 8 + octet(2);
}

/** Sorts the slots that came since the last call, and merges them into the order. */
function orderSlots(state: State): Uint32Array {
  if (state.unordered.length === 0) return state.order;
  const compare: Compare = (left, right) => compareSlots(state, left, right);
  const added = Uint32Array.from(state.unordered);
  state.unordered = [];
  if (!isAscending(added, compare)) sortSlots(state, added, compare);
  const { order } = state;
  const merged = new Uint32Array(order.length + added.length);
  for (let at = 0, left = 0, right = 0; at < merged.length; at++) {
    const takeLeft =
      right >= added.length ||
      (left < order.length && compare(order[left] ?? 0, added[right] ?? 0) < 0);
    merged[at] = (takeLeft ? order[left++] : added[right++]) ?? 0;
  }
  state.order = merged;
  return merged;
}

function* packListed(state: State): Generator<Buffer> {
  const part = Buffer.alloc(recordsPerPart * recordBytes);
  let used = 0;
  for (const slot of orderSlots(state)) {
    const [chunk, at] = locate(state, slot);
    if (recordFields.isDropped(chunk, at)) continue;
    chunk.copy(part, used, at, at + recordBytes);
    used += recordBytes;
    if (used < part.length) continue;
    yield part;
    used = 0;
  }
  yield part.subarray(0, used);
}

/** An empty store. `seed` is random and 32 bits. */
export function makeRevokedStore(seed: number): RevokedStore {
  const state: State = {
    seed,
    chunks: [],
    index: new Int32Array(smallestIndex),
    slots: 0,
    listed: 0,
    order: new Uint32Array(0),
    unordered: [],
    changed: [],
  };
  const isListed = (slot: number): boolean => !recordFields.isDropped(...locate(state, slot));
  return {
    size: () => state.listed,
    slots: () => state.slots,
    find: (bytes, start, length) => {
      const slot = (state.index[placeOf(state, bytes, start, length)] ?? 0) - 1;
      return slot >= 0 && isListed(slot) ? slot : -1;
    },
    apply: (packed, at) => apply(state, packed, at),
    isListed,
    record: (slot) => readRecord(...locate(state, slot)),
    locate: (slot) => locate(state, slot),
    ordered: () => orderSlots(state),
    compare: (left, right) => compareSlots(state, left, right),
    takeChanged: () => {
      const { changed } = state;
      state.changed = [];
      return changed;
    },
    pack: () => packListed(state),
  };
}

/** The packed record with which a certificate leaves the CRL. */
export const dropRecord = (store: RevokedStore, slot: number): Buffer =>
  packRecord(store.record(slot), true);
