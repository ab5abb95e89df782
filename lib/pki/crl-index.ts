import { tags } from "./der";
import { checkInteger, enter, leave, malformed, peek, readDer, type DerReader } from "./der-reader";
import { latin1 } from "./latin1";

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

/**
 * Looks at the frame of every entry. Ascending serials are unique without an index. Throws AppError
 * `der.malformed`.
 */
export function checkEntries(list: Uint8Array): { count: number; isAscending: boolean } {
  const reader = readDer(list);
  let count = 0;
  let isAscending = true;
  let [lastStart, lastEnd] = [0, 0];
  while (reader.position < list.length) {
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
  return { count, isAscending };
}

function checkSerial(list: Uint8Array, start: number, end: number, reader: DerReader): void {
  checkInteger(list.subarray(start, Math.min(end, start + 2)), "a serial number", reader);
  if (list[start]! >= 0x80 || end - start > 20)
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

/** Four octets an entry and a binary search, for entries that `checkEntries` found ascending. */
export function indexAscending(list: Uint8Array, count: number): CrlIndex {
  const starts = new Uint32Array(count);
  const reader = readDer(list);
  for (let index = 0; index < count; index += 1) {
    const { end } = enterSerial(reader);
    starts[index] = reader.position;
    reader.position = end;
  }
  const locate = (serial: Uint8Array): number => {
    const content = contentOf(serial);
    let [low, high] = [0, count - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const start = starts[middle]!;
      // The octet before the content is its length: a serial has at most 20 octets.
      const order = compareWithin(list, start, list[start - 1]!, content, 0, content.length);
      if (order === 0) return start;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
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
