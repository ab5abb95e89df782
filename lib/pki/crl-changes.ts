import type { Crl } from "./crl-reader";
import { compareEntries, entryEnd, entryStartBefore } from "./crl-index";
import type { Steps } from "./steps";

/**
 * A CRL as what it changes of an earlier one, the base. Steps one after another, each three numbers of
 * four octets, big-endian, and octets: what is taken over of the base, from where and how much, and
 * how many octets follow, which are new.
 */
const headOctets = 12;

/** Octets that are compared at a time, and between two pauses. */
const [fewOctets, manyOctets, octetsAtOnce] = [1 << 12, 1 << 18, 4 << 20];
/** Changes between two pauses: about a millisecond. */
const changesAtOnce = 256;

type Writer = Readonly<{ parts: Uint8Array[] }> & {
  length: number;
  from: number;
  taken: number;
  added: Uint8Array[];
  addedLength: number;
};

function add(writer: Writer, octets: Uint8Array): void {
  writer.added.push(octets);
  writer.addedLength += octets.length;
}

function flush(writer: Writer): void {
  const { from, taken, added, addedLength } = writer;
  if (taken === 0 && added.length === 0) return;
  const head = Buffer.alloc(headOctets);
  head.writeUInt32BE(from, 0);
  head.writeUInt32BE(taken, 4);
  head.writeUInt32BE(addedLength, 8);
  writer.parts.push(head, ...added);
  writer.length += headOctets + addedLength;
  [writer.taken, writer.added, writer.addedLength] = [0, [], 0];
}

function take(writer: Writer, from: number, length: number): void {
  if (length === 0) return;
  if (writer.added.length === 0 && writer.from + writer.taken === from && writer.taken > 0) {
    writer.taken += length;
    return;
  }
  flush(writer);
  writer.from = from;
  writer.taken = length;
}

/** How many octets are the same from two places on. */
function* sameOctets(left: Buffer, right: Buffer): Steps<number> {
  const end = Math.min(left.length, right.length);
  let [at, size, sincePause] = [0, fewOctets, 0];
  while (at < end) {
    const until = Math.min(at + size, end);
    if (left.compare(right, at, until, at, until) === 0) {
      sincePause += until - at;
      [at, size] = [until, Math.min(size * 2, manyOctets)];
      if (sincePause < octetsAtOnce) continue;
      yield;
      sincePause = 0;
    } else if (size === 1) return at;
    else size = Math.max(1, (until - at) >> 1);
  }
  return end;
}

const bufferOver = ({ buffer, byteOffset, length }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, length);

/**
 * What `next` changes of `base`; null if that is more than an eighth of it, or if one of them has
 * entries out of order.
 */
export function* crlChanges(base: Crl, next: Crl): Steps<Uint8Array | null> {
  const [old, now] = [base.listed, next.listed];
  if (!old.isAscending || !now.isAscending) return null;
  const [oldList, nowList] = [bufferOver(old.list), bufferOver(now.list)];
  const nowDer = bufferOver(next.der);
  const [oldStart, nowStart] = [startOf(base.der, old.list), startOf(next.der, now.list)];
  const most = next.der.length >> 3;
  const writer: Writer = { parts: [], length: 0, from: 0, taken: 0, added: [], addedLength: 0 };
  add(writer, nowDer.subarray(0, nowStart));
  let [left, right] = [0, 0];
  for (let changes = 1; left < oldList.length && right < nowList.length; changes++) {
    const same = yield* sameOctets(oldList.subarray(left), nowList.subarray(right));
    const end = left + same;
    const isEnd = end === oldList.length || right + same === nowList.length;
    const until = isEnd ? end : entryStartBefore(old, left, end);
    take(writer, oldStart + left, until - left);
    right += until - left;
    left = until;
    if (isEnd) break;
    const order = compareEntries(oldList, left, nowList, right);
    if (order >= 0) {
      const added = entryEnd(nowList, right);
      add(writer, nowList.subarray(right, added));
      right = added;
    }
    if (order <= 0) left = entryEnd(oldList, left);
    if (changes % changesAtOnce === 0) yield;
    if (writer.length + writer.addedLength > most) return null;
  }
  add(writer, nowDer.subarray(nowStart + right));
  flush(writer);
  return writer.length > most ? null : Buffer.concat(writer.parts);
}

const startOf = (der: Uint8Array, list: Uint8Array): number =>
  list.length === 0 ? der.length : list.byteOffset - der.byteOffset;

/** The CRL that these changes make of their base; null if they are of another form. */
export function* applyCrlChanges(base: Uint8Array, changes: Uint8Array): Steps<Buffer | null> {
  const steps = bufferOver(changes);
  const length = lengthAfter(base, steps);
  if (length === null) return null;
  const out = Buffer.allocUnsafeSlow(length);
  for (let at = 0, to = 0, copied = 0; at < steps.length;) {
    const from = steps.readUInt32BE(at);
    const taken = steps.readUInt32BE(at + 4);
    const added = steps.readUInt32BE(at + 8);
    for (let done = 0; done < taken; done += octetsAtOnce) {
      out.set(base.subarray(from + done, from + Math.min(done + octetsAtOnce, taken)), to + done);
      copied += Math.min(octetsAtOnce, taken - done);
      if (copied < octetsAtOnce) continue;
      yield;
      copied = 0;
    }
    at += headOctets;
    steps.copy(out, to + taken, at, at + added);
    at += added;
    to += taken + added;
  }
  return out;
}

/**
 * How long the CRL is; null if a step is cut off, reaches beyond the base or goes back in it: nothing
 * is taken over twice, so it is not longer than both together.
 */
function lengthAfter(base: Uint8Array, steps: Buffer): number | null {
  let [length, last] = [0, 0];
  for (let at = 0; at < steps.length;) {
    if (steps.length - at < headOctets) return null;
    const [from, taken] = [steps.readUInt32BE(at), steps.readUInt32BE(at + 4)];
    const added = steps.readUInt32BE(at + 8);
    at += headOctets + added;
    if (from < last || from + taken > base.length || at > steps.length) return null;
    last = from + taken;
    length += taken + added;
  }
  return length;
}
