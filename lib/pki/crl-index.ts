import { tags } from "./der";
import { enter, leave, malformed, peek, readDer, type DerReader } from "./der-reader";
import { latin1 } from "./latin1";
import type { Steps } from "./steps";

/**
 * Finds serials in the entries of a CRL: where the content of the serial begins, or -1. `size`
 * counts different ones.
 */
export type CrlIndex = Readonly<{ locate: (serial: Uint8Array) => number; size: number }>;

/** Enters an entry and its serial: the reader is then at the serial's content. */
function enterSerial(reader: DerReader): { serialEnd: number; end: number } {
  const end = enter(reader, tags.sequence, "an entry");
  return { end, serialEnd: enter(reader, tags.integer, "a serial number") };
}

/** The frames of all entries are as they should be. */
export type CheckedEntries = Readonly<{
  count: number;
  /** Ascending serials are unique, and found without an index of all. */
  isAscending: boolean;
  /** Where every 64th entry begins. */
  marks: Uint32Array;
}>;

/** Entries between two marks: an index of all of them would take 4 octets for each. */
const entriesPerMark = 64;
/** About a millisecond. */
const marksPerStep = 256;
/** The shortest entry whose frame is in order: a serial of one octet, and a time of none. */
const shortestEntry = 7;

/** Looks at the frame of every entry. Throws AppError `der.malformed`. */
export function* checkEntries(list: Uint8Array): Steps<CheckedEntries> {
  const reader = readDer(list);
  const marks = new Uint32Array(Math.ceil(list.length / shortestEntry / entriesPerMark));
  let count = 0;
  let isAscending = true;
  let [lastStart, lastEnd] = [0, 0];
  while (reader.position < list.length) {
    if (count % entriesPerMark === 0) {
      const mark = count / entriesPerMark;
      marks[mark] = reader.position;
      if (mark % marksPerStep === marksPerStep - 1) yield;
    }
    const { serialEnd, end } = enterSerial(reader);
    const serialStart = reader.position;
    checkSerial(list, serialStart, serialEnd, reader);
    reader.position = serialEnd;
    passRest(reader, end);
    isAscending &&=
      compareWithin(
        list,
        lastStart,
        lastEnd - lastStart,
        list,
        serialStart,
        serialEnd - serialStart,
      ) < 0;
    [lastStart, lastEnd] = [serialStart, serialEnd];
    count += 1;
  }
  leave(reader, list.length, "the entries");
  return { count, isAscending, marks: marks.slice(0, Math.ceil(count / entriesPerMark)) };
}

/** A positive INTEGER of at most 20 octets, in its shortest form. */
function checkSerial(list: Uint8Array, start: number, end: number, reader: DerReader): void {
  const first = list[start]!;
  if (end === start || (first === 0 && end - start > 1 && list[start + 1]! < 0x80))
    throw malformed("a serial number is not a shortest-form integer", reader);
  if (first >= 0x80 || end - start > 20)
    throw malformed("a serial number is negative or too long", reader);
}

function passRest(reader: DerReader, end: number): void {
  const timeTag = peek(reader, end);
  if (timeTag !== tags.utcTime && timeTag !== tags.generalizedTime)
    throw malformed("an entry has no time", reader);
  reader.position = enter(reader, timeTag, "the time of an entry");
  if (reader.position < end) {
    const extensionsEnd = enter(reader, tags.sequence, "the extensions of an entry");
    if (extensionsEnd === reader.position)
      throw malformed("the extensions of an entry are empty; they are left out then", reader);
    reader.position = extensionsEnd;
  }
  leave(reader, end, "an entry");
}

/** Order of two shortest-form positive INTEGER contents as numbers. */
function compareWithin(
  left: Uint8Array,
  leftStart: number,
  leftLength: number,
  right: Uint8Array,
  rightStart: number,
  rightLength: number,
): number {
  if (leftLength !== rightLength) return leftLength - rightLength;
  for (let index = 0; index < leftLength; index += 1) {
    const difference = left[leftStart + index]! - right[rightStart + index]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** INTEGER content of a serial that may come with or without leading zeros. */
function contentOf(serial: Uint8Array): Uint8Array {
  let start = 0;
  while (start < serial.length - 1 && serial[start] === 0) start += 1;
  const magnitude = serial.subarray(start);
  return (magnitude[0] ?? 0) < 0x80 ? magnitude : Uint8Array.of(0, ...magnitude);
}

/** Where the content of the serial of the entry at an offset is. */
function serialAt(
  list: Uint8Array,
  offset: number,
): { start: number; length: number; end: number } {
  const reader = readDer(list, offset);
  const { serialEnd, end } = enterSerial(reader);
  return { start: reader.position, length: serialEnd - reader.position, end };
}

/** Where the entry ends that begins at an offset. */
export const entryEnd = (list: Uint8Array, offset: number): number => serialAt(list, offset).end;

/** Order of two entries of lists, each at an offset, by serial. */
export function compareEntries(
  left: Uint8Array,
  leftOffset: number,
  right: Uint8Array,
  rightOffset: number,
): number {
  const [a, b] = [serialAt(left, leftOffset), serialAt(right, rightOffset)];
  return compareWithin(left, a.start, a.length, right, b.start, b.length);
}

/** Where the entry begins that has an octet; `first` is where one before it, or itself, does. */
export function entryStartBefore(
  { list, marks }: Readonly<{ list: Uint8Array }> & Pick<CheckedEntries, "marks">,
  first: number,
  octet: number,
): number {
  let [low, high] = [0, marks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (marks[middle]! <= octet) low = middle + 1;
    else high = middle;
  }
  let start = Math.max(first, marks[low - 1] ?? 0);
  for (let end = entryEnd(list, start); end <= octet; end = entryEnd(list, start)) start = end;
  return start;
}

/** A binary search over the marks, and a walk from there on, for entries that are ascending. */
export function indexAscending(
  list: Uint8Array,
  { count, marks }: Pick<CheckedEntries, "count" | "marks">,
): CrlIndex {
  const compareAt = (offset: number, content: Uint8Array): number => {
    const { start, length } = serialAt(list, offset);
    return compareWithin(list, start, length, content, 0, content.length);
  };
  const locate = (serial: Uint8Array): number => {
    const content = contentOf(serial);
    let [low, high] = [0, marks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareAt(marks[middle]!, content) <= 0) low = middle + 1;
      else high = middle;
    }
    const until = marks[low] ?? list.length;
    for (let at = marks[low - 1] ?? until; at < until;) {
      const { start, length, end } = serialAt(list, at);
      const order = compareWithin(list, start, length, content, 0, content.length);
      if (order === 0) return start;
      if (order > 0) return -1;
      at = end;
    }
    return -1;
  };
  return { locate, size: count };
}

function keyOf(content: Uint8Array): string {
  return latin1(content);
}

/** A map of all serials, for entries in any order. */
export function indexAny(list: Uint8Array): CrlIndex {
  const places = new Map<string, number>();
  const reader = readDer(list);
  while (reader.position < list.length) {
    const { serialEnd, end } = enterSerial(reader);
    places.set(keyOf(list.subarray(reader.position, serialEnd)), reader.position);
    reader.position = end;
  }
  return { locate: (serial) => places.get(keyOf(contentOf(serial))) ?? -1, size: places.size };
}
