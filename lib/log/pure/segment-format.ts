import { compareBytes, type TokenRun } from "./search-tokens";

/**
 * The form of a segment of the search index: pages of bytes, the same for the same entries. The
 * first page is its head, then come the times of each 4,096 entries, then the dictionary: tokens in
 * order, each with the numbers of its entries relative to the segment's first. The digest of a
 * segment is the root (RFC 6962) of the tree whose leaves are its pages in this order.
 * docs/log-format.md has it for everyone else.
 */

export const entriesPerTimePage = 4_096;
const timePageHeader = 9;
const headBytes = 41;

/** A page and the bytes that it is found by. */
export type Page = Readonly<{ first: Uint8Array; body: Uint8Array }>;

/** The first bytes by which pages are found: none for the head, 0x00 and a number for times. */
export const headKey = new Uint8Array(0);
export const timeKey = (block: number): Uint8Array => Uint8Array.of(0, block >> 8, block & 0xff);

/** What the first page of a segment says. Times are milliseconds since 1970. */
export type SegmentHead = Readonly<{
  format: number;
  /** Entries `low` to `high - 1`. */
  low: number;
  high: number;
  firstMs: number;
  lastMs: number;
  /** Entries of which nothing could be indexed but their existence. */
  blank: number;
  pages: number;
  /** The earliest and the latest time of each page of times, one after the other. */
  spans: Float64Array;
}>;

/** The earliest and the latest time of each 4,096 entries. */
export function spansOf(times: Float64Array): Float64Array {
  const spans = new Float64Array(2 * Math.ceil(times.length / entriesPerTimePage));
  for (let at = 0; at < times.length; at += 1) {
    const span = 2 * Math.floor(at / entriesPerTimePage);
    const time = times[at]!;
    const isFirst = at % entriesPerTimePage === 0;
    if (isFirst || time < spans[span]!) spans[span] = time;
    if (isFirst || time > spans[span + 1]!) spans[span + 1] = time;
  }
  return spans;
}

export function encodeHead(head: SegmentHead): Uint8Array {
  const body = new Uint8Array(headBytes + 8 * head.spans.length);
  const view = new DataView(body.buffer);
  view.setUint8(0, head.format);
  view.setBigUint64(1, BigInt(head.low));
  view.setBigUint64(9, BigInt(head.high));
  view.setBigUint64(17, BigInt(head.firstMs));
  view.setBigUint64(25, BigInt(head.lastMs));
  view.setUint32(33, head.blank);
  view.setUint32(37, head.pages);
  head.spans.forEach((time, n) => view.setBigUint64(headBytes + 8 * n, BigInt(time)));
  return body;
}

/** Null if these bytes are not the head of a segment. */
export function decodeHead(body: Uint8Array): SegmentHead | null {
  if (body.length < headBytes || (body.length - headBytes) % 16 !== 0) return null;
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const spans = Float64Array.from({ length: (body.length - headBytes) / 8 }, (_none, n) =>
    Number(view.getBigUint64(headBytes + 8 * n)),
  );
  return {
    format: view.getUint8(0),
    low: Number(view.getBigUint64(1)),
    high: Number(view.getBigUint64(9)),
    firstMs: Number(view.getBigUint64(17)),
    lastMs: Number(view.getBigUint64(25)),
    blank: view.getUint32(33),
    pages: view.getUint32(37),
    spans,
  };
}

/** The times of up to 4,096 entries: the least, the width of an offset, and the offset of each. */
export function encodeTimes(times: Float64Array): Uint8Array {
  let least = Infinity;
  let most = 0;
  for (const time of times) {
    if (time < least) least = time;
    if (time > most) most = time;
  }
  let width = 1;
  while (256 ** width <= most - least) width += 1;
  const body = new Uint8Array(timePageHeader + width * times.length);
  new DataView(body.buffer).setBigUint64(0, BigInt(least));
  body[8] = width;
  let at = timePageHeader;
  for (const time of times) {
    let rest = time - least;
    for (let n = 0; n < width; n += 1) {
      body[at++] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
  return body;
}

/** The times of a page, in milliseconds since 1970. Bytes that are missing count as none. */
export function decodeTimes(body: Uint8Array): Float64Array {
  if (body.length < timePageHeader) return new Float64Array(0);
  const least = Number(new DataView(body.buffer, body.byteOffset).getBigUint64(0));
  const width = body[8]! || 1;
  const times = new Float64Array(Math.floor((body.length - timePageHeader) / width));
  for (let n = 0; n < times.length; n += 1) {
    let offset = 0;
    for (let at = timePageHeader + (n + 1) * width - 1; at >= timePageHeader + n * width; at -= 1)
      offset = offset * 256 + body[at]!;
    times[n] = least + offset;
  }
  return times;
}

/** A token of a dictionary page and where its numbers are. `token` is valid until the next row. */
export type PageRow = {
  token: Uint8Array;
  tokenLength: number;
  /** How many entries have the token. */
  count: number;
  body: Uint8Array;
  /** The numbers: `count` varints, the first a number and the others gaps; or a bitmap. */
  from: number;
  to: number;
  isBitmap: boolean;
};

/** Bytes that are no page of a dictionary. */
export class PageError extends Error {}

function readVarint(body: Uint8Array, position: { at: number }): number {
  let value = 0;
  for (let scale = 1; scale < 2 ** 49; scale *= 128) {
    const byte = body[position.at++];
    if (byte === undefined) break;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
  throw new PageError("A page of the search index is damaged: a number has no end.");
}

/**
 * Reads the rows of a dictionary page one after another: each call sets `row` to the next one, and
 * returns false after the last. Throws PageError.
 */
export function readRows(body: Uint8Array): Readonly<{ row: PageRow; next: () => boolean }> {
  const position = { at: 0 };
  const prefix = readVarint(body, position);
  const row: PageRow = {
    token: new Uint8Array(256),
    tokenLength: 0,
    count: 0,
    body,
    from: 0,
    to: 0,
    isBitmap: false,
  };
  readBytes(row, position, 0, prefix);
  const next = (): boolean => {
    if (position.at >= body.length) return false;
    const rest = readVarint(body, position);
    readBytes(row, position, prefix, rest);
    row.count = readVarint(body, position);
    const size = row.count === 1 ? 0 : readVarint(body, position);
    row.isBitmap = size % 2 === 1;
    row.from = position.at;
    if (row.count === 1) readVarint(body, position);
    else position.at += Math.floor(size / 2);
    row.to = position.at;
    if (row.to > body.length)
      throw new PageError("A page of the search index is damaged: it ends within a row.");
    return true;
  };
  return { row, next };
}

/**
 * Calls `take` with the rows of a dictionary page in order, until it returns false. Throws
 * PageError.
 */
export function forEachRow(body: Uint8Array, take: (row: PageRow) => boolean): void {
  const { row, next } = readRows(body);
  while (next()) if (!take(row)) return;
}

function readBytes(row: PageRow, position: { at: number }, at: number, length: number): void {
  if (position.at + length > row.body.length)
    throw new PageError("A page of the search index is damaged: it ends within a token.");
  if (at + length > row.token.length) {
    const longer = new Uint8Array(2 * (at + length));
    longer.set(row.token);
    row.token = longer;
  }
  row.token.set(row.body.subarray(position.at, position.at + length), at);
  row.tokenLength = at + length;
  position.at += length;
}

/** A set of entries of a segment: bit n of byte n >> 3. */
export type EntryBits = Uint8Array;
export const makeBits = (entries: number): EntryBits => new Uint8Array((entries + 7) >> 3);

/** Calls `take` with the entries of a row in ascending order. */
export function forEachNumber(
  { body, from, to, isBitmap }: PageRow,
  take: (number: number) => void,
): void {
  if (isBitmap) {
    for (let at = from; at < to; at += 1)
      for (let bits = body[at]!; bits !== 0; bits &= bits - 1)
        take(8 * (at - from) + (31 - Math.clz32(bits & -bits)));
    return;
  }
  let number = 0;
  for (let at = from; at < to;) {
    let byte = body[at++]!;
    let gap = byte & 0x7f;
    for (let shift = 7; byte >= 0x80 && at < to && shift < 28; shift += 7) {
      byte = body[at++]!;
      gap |= (byte & 0x7f) << shift;
    }
    number += gap;
    take(number);
  }
}

/** Adds the entries of a row to a set. Numbers beyond the segment are ignored. */
export function addRow(row: PageRow, bits: EntryBits): void {
  if (row.isBitmap) {
    const length = Math.min(row.to - row.from, bits.length);
    for (let at = 0; at < length; at += 1) bits[at]! |= row.body[row.from + at]!;
  } else
    forEachNumber(row, (number) => {
      if (number >> 3 < bits.length) bits[number >> 3]! |= 1 << (number & 7);
    });
}

/** The rows of a run in one of the pages that may hold it. Throws PageError. */
export function forEachRowOf(run: TokenRun, body: Uint8Array, take: (row: PageRow) => void): void {
  forEachRow(body, (row) => {
    const token = row.token.subarray(0, row.tokenLength);
    const fromLow = compareBytes(token, run.low);
    if (fromLow < 0) return true;
    if (run.end === null) {
      if (fromLow === 0) take(row);
      return false;
    }
    if (compareBytes(token, run.end) >= 0) return false;
    take(row);
    return true;
  });
}

/** The first token of a dictionary page, by which it is found. Throws PageError. */
export function firstTokenOf(body: Uint8Array): Uint8Array {
  let first = new Uint8Array(0);
  forEachRow(body, (row) => {
    first = row.token.slice(0, row.tokenLength);
    return false;
  });
  return first;
}
