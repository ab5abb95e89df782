import { AppError } from "@/lib/errors/app-error";
import { entryLength, writeEntry, type EntryFields, type EntryList } from "@/lib/pki/crl-entries";
import type { Steps } from "@/lib/pki/steps";
import { recordFields } from "./revoked-record";
import type { RevokedStore } from "./revoked-store";

/** The entries of a CRL as it lists them, in ascending order of serials. */
export type EncodedEntries = Readonly<{
  slots: Uint32Array;
  /** Where each entry begins, and where the last one ends. */
  starts: Uint32Array;
  bytes: Uint8Array;
  /** Slots whose revocation is dated after the CRL, so that the next one states another date. */
  late: readonly number[];
  /** Slots whose serial has leading zeros, which a CRL doesn't state. */
  padded: readonly number[];
  /** The lists of the CRL before, which the next one's are written over. */
  spare: Lists | null;
}>;

type Lists = Readonly<{ slots: Uint32Array; starts: Uint32Array }>;

/** Entries that are about to be written; `finish` keeps them for the next CRL. */
export type PlannedEntries = EntryList &
  Readonly<{ finish: (written: Uint8Array) => EncodedEntries }>;

const noEntries: EncodedEntries = {
  slots: new Uint32Array(0),
  starts: new Uint32Array(1),
  bytes: new Uint8Array(0),
  late: [],
  padded: [],
  spare: null,
};

/** Lists for that many entries, and some more. */
function listsFor(most: number, spare: Lists | null): Lists {
  if (spare !== null && spare.starts.length > most) return spare;
  const length = Math.ceil(most * 1.02) + 1;
  return { slots: new Uint32Array(length), starts: new Uint32Array(length) };
}

/** The whole lists, of which entries have the beginning. */
const wholeLists = ({ slots, starts }: EncodedEntries): Lists => ({
  slots: new Uint32Array(slots.buffer),
  starts: new Uint32Array(starts.buffer),
});

/** What a CRL of that thisUpdate states about a slot, in an object that is used for each. */
function fillFields(
  fields: EntryFields,
  store: RevokedStore,
  slot: number,
  thisUpdate: number,
): void {
  const [chunk, at] = store.locate(slot);
  fields.bytes = chunk;
  fields.start = at + 1;
  fields.end = at + 1 + recordFields.serialLength(chunk, at);
  // Verifiers may take a later date for a revocation that does not count yet.
  fields.revokedAt = Math.min(recordFields.revokedAt(chunk, at), thisUpdate);
  fields.reasonIndex = recordFields.reasonIndex(chunk, at);
  fields.invalidityDate = recordFields.invalidityDate(chunk, at);
}

const emptyFields = (): EntryFields => ({
  bytes: new Uint8Array(0),
  start: 0,
  end: 0,
  revokedAt: 0,
  reasonIndex: 0,
  invalidityDate: null,
});

/** Slots to write, in order of their serials, each once. */
function slotsToWrite(
  store: RevokedStore,
  { late }: EncodedEntries,
  isFirst: boolean,
): Uint32Array {
  const changed = store.takeChanged();
  if (isFirst) return store.ordered();
  return Uint32Array.from(new Set([...late, ...changed])).sort(store.compare);
}

/** The first place of a list in order whose serial is not below that of a slot. */
function placeOf(store: RevokedStore, slots: Uint32Array, slot: number): number {
  let [low, high] = [0, slots.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (store.compare(slots[middle] ?? 0, slot) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Entries that are written, and octets that are copied, between two pauses: about a millisecond. */
const entriesAtOnce = 1_024,
  octetsAtOnce = 4 << 20;
const isPause = (index: number): boolean => index % entriesAtOnce === entriesAtOnce - 1;

type Plan = {
  readonly store: RevokedStore;
  readonly last: EncodedEntries;
  readonly thisUpdate: number;
  readonly written: Uint32Array;
  /** For each slot to write: its place among the last entries. */
  readonly places: Uint32Array;
  readonly slots: Uint32Array;
  readonly starts: Uint32Array;
  count: number;
  length: number;
};

/** Takes over the last entries from one place to another as they are. */
function keep(plan: Plan, from: number, to: number): void {
  if (from >= to) return;
  const { last, slots, starts } = plan;
  slots.set(last.slots.subarray(from, to), plan.count);
  const shift = plan.length - (last.starts[from] ?? 0);
  for (let place = from; place < to; place++)
    starts[plan.count++] = (last.starts[place] ?? 0) + shift;
  plan.length = (last.starts[to] ?? 0) + shift;
}

/** After a place of the last entries, the one of that slot is left out: it is written again. */
const afterPlace = ({ last }: Plan, place: number, slot: number): number =>
  last.slots[place] === slot ? place + 1 : place;

function* fillPlan(plan: Plan): Steps<void> {
  const { store, last, written, places, thisUpdate } = plan;
  const fields = emptyFields();
  let from = 0;
  for (let index = 0; index < written.length; index++) {
    if (isPause(index)) yield;
    const slot = written[index] ?? 0;
    const place = placeOf(store, last.slots, slot);
    places[index] = place;
    keep(plan, from, place);
    from = afterPlace(plan, place, slot);
    if (!store.isListed(slot)) continue;
    plan.slots[plan.count] = slot;
    plan.starts[plan.count++] = plan.length;
    fillFields(fields, store, slot, thisUpdate);
    plan.length += entryLength(fields);
  }
  keep(plan, from, last.slots.length);
  plan.starts[plan.count] = plan.length;
}

/** Copies the last entries from one place to another. Returns where they end. */
function* copyEntries(
  { last }: Plan,
  [from, to]: readonly [number, number],
  out: Uint8Array,
  offset: number,
): Steps<number> {
  const [start, end] = from < to ? [last.starts[from] ?? 0, last.starts[to] ?? 0] : [0, 0];
  for (let at = start; at < end; at += octetsAtOnce) {
    out.set(last.bytes.subarray(at, Math.min(at + octetsAtOnce, end)), offset + at - start);
    if (end - at > octetsAtOnce) yield;
  }
  return offset + end - start;
}

function* writePlan(plan: Plan, out: Uint8Array, offset: number): Steps<number> {
  const { store, last, written, places, thisUpdate } = plan;
  const fields = emptyFields();
  const days = new Map<number, Uint8Array>();
  let [at, from] = [offset, 0];
  for (let index = 0; index < written.length; index++) {
    if (isPause(index)) yield;
    const slot = written[index] ?? 0;
    const place = places[index] ?? 0;
    at = yield* copyEntries(plan, [from, place], out, at);
    from = afterPlace(plan, place, slot);
    if (!store.isListed(slot)) continue;
    fillFields(fields, store, slot, thisUpdate);
    at = writeEntry(out, at, fields, days);
  }
  return yield* copyEntries(plan, [from, last.slots.length], out, at);
}

function lateSlots({ store, written, thisUpdate }: Plan): number[] {
  const late: number[] = [];
  for (const slot of written) {
    const [chunk, at] = store.locate(slot);
    if (recordFields.revokedAt(chunk, at) > thisUpdate && store.isListed(slot)) late.push(slot);
  }
  return late;
}

/** Slots of these lists that are on the CRL and whose serial begins with a zero. */
function paddedSlots(
  store: RevokedStore,
  ...lists: readonly (readonly number[] | Uint32Array)[]
): Set<number> {
  const padded = new Set<number>();
  for (const slots of lists)
    for (const slot of slots) {
      const [chunk, at] = store.locate(slot);
      const isPadded = chunk[at + 1] === 0 && recordFields.serialLength(chunk, at) > 1;
      if (isPadded && store.isListed(slot)) padded.add(slot);
    }
  return padded;
}

/** Refuses serials that are different octets and the same number. */
function checkPadded(store: RevokedStore, padded: readonly number[]): void {
  const seen = new Set<string>();
  for (const slot of padded) {
    const [chunk, at] = store.locate(slot);
    const serial = recordFields.serial(chunk, at);
    let start = 0;
    while (start < serial.length - 1 && serial[start] === 0) start += 1;
    const number = serial.toString("hex", start);
    if (seen.has(number) || store.find(serial, start, serial.length - start) >= 0)
      throw new AppError("crl.invalid", `The serial ${number} is listed twice.`);
    seen.add(number);
  }
}

/**
 * What a CRL of that thisUpdate lists. Entries that say the same as on the last one are copied from
 * it; without a last one all are written. Throws AppError `crl.invalid` if two of them have the same
 * serial number.
 */
export function* planEntries(
  store: RevokedStore,
  lastEntries: EncodedEntries | null,
  thisUpdate: number,
): Steps<PlannedEntries> {
  const last = lastEntries ?? noEntries;
  const written = slotsToWrite(store, last, lastEntries === null);
  const padded = [...paddedSlots(store, last.padded, written)];
  checkPadded(store, padded);
  const most = last.slots.length + written.length;
  const plan: Plan = {
    store,
    last,
    thisUpdate,
    written,
    places: new Uint32Array(written.length),
    ...listsFor(most, last.spare),
    count: 0,
    length: 0,
  };
  yield* fillPlan(plan);
  return {
    length: plan.length,
    write: (out, offset) => writePlan(plan, out, offset),
    finish: (bytes) => ({
      slots: plan.slots.subarray(0, plan.count),
      starts: plan.starts.subarray(0, plan.count + 1),
      bytes,
      late: lateSlots(plan),
      padded,
      spare: lastEntries && wholeLists(lastEntries),
    }),
  };
}
