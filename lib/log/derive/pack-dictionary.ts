import type { Page } from "@/lib/log/pure/segment-format";

/** Some numbers of a longer list, in ascending order. */
export type Numbers = Readonly<{ list: Uint32Array; from: number; to: number }>;

export type DictionaryPacker = Readonly<{
  /** Adds the next token, `bytes` from `start` on, and the entries that have it. Both are copied. */
  add: (bytes: Uint8Array, start: number, length: number, numbers: Numbers) => void;
  /** Ends the last page. */
  end: () => void;
}>;

/** Four pages fit into a block of PostgreSQL. */
const pageBytes = 1_890;

const varintBytes = (value: number): number =>
  value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;

function gapBytes({ list, from, to }: Numbers): number {
  let size = varintBytes(list[from]!);
  for (let at = from + 1; at < to; at += 1) size += varintBytes(list[at]! - list[at - 1]!);
  return size;
}

/**
 * Packs tokens that come in order into the pages of a dictionary, and calls `emit` with each page.
 * `entries`: how many the segment has.
 */
export function packDictionary(entries: number, emit: (page: Page) => void): DictionaryPacker {
  const tokens = makeBytes();
  const numbers = makeBytes();
  const bitmapBytes = (entries + 7) >> 3;
  /** Where the token and the numbers of each row of the page end. */
  const tokenEnds: number[] = [];
  const numberEnds: number[] = [];
  /** How many bytes all tokens of the page begin with. */
  let shared = 0;
  let size = 0;

  const close = (): void => {
    if (tokenEnds.length === 0) return;
    emit(
      writePage({ tokens: tokens.view(), tokenEnds, numbers: numbers.view(), numberEnds }, shared),
    );
    tokens.clear();
    numbers.clear();
    tokenEnds.length = 0;
    numberEnds.length = 0;
    size = 0;
  };
  const add: DictionaryPacker["add"] = (bytes, start, length, found) => {
    const gaps = gapBytes(found);
    const isOne = found.to - found.from === 1;
    const own = length + 2 + (isOne ? gaps : Math.min(gaps, bitmapBytes) + 2);
    const common =
      tokenEnds.length === 0
        ? length
        : commonBytes(tokens.view(), bytes, start, Math.min(shared, length));
    // What all share is written once.
    if (tokenEnds.length > 0 && size + own - common * tokenEnds.length > pageBytes) {
      close();
      shared = length;
    } else shared = common;
    tokens.copy(bytes, start, length);
    tokenEnds.push(tokens.used());
    writeNumbers(numbers, found, gaps, bitmapBytes);
    numberEnds.push(numbers.used());
    size += own;
  };
  return { add, end: close };
}

function writeNumbers(
  to: GrowingBytes,
  { list, from, to: end }: Numbers,
  gaps: number,
  bitmapBytes: number,
): void {
  const isBitmap = end - from > 1 && bitmapBytes < gaps;
  to.varint(end - from);
  if (end - from > 1) to.varint(isBitmap ? 2 * bitmapBytes + 1 : 2 * gaps);
  if (isBitmap) return to.bitmap(list, from, end, bitmapBytes);
  to.varint(list[from]!);
  for (let at = from + 1; at < end; at += 1) to.varint(list[at]! - list[at - 1]!);
}

type PageRows = Readonly<{
  tokens: Uint8Array;
  tokenEnds: readonly number[];
  numbers: Uint8Array;
  numberEnds: readonly number[];
}>;

function writePage({ tokens, tokenEnds, numbers, numberEnds }: PageRows, shared: number): Page {
  const most = tokens.length + numbers.length + 4 * (tokenEnds.length + 1);
  const body = new Uint8Array(most);
  let used = 0;
  const varint = (value: number): void => {
    let rest = value;
    for (; rest >= 128; rest >>>= 7) body[used++] = (rest & 127) | 128;
    body[used++] = rest;
  };
  const copy = (bytes: Uint8Array, from: number, to: number): void => {
    for (let at = from; at < to; at += 1) body[used++] = bytes[at]!;
  };
  varint(shared);
  copy(tokens, 0, shared);
  for (let row = 0; row < tokenEnds.length; row += 1) {
    const start = (row === 0 ? 0 : tokenEnds[row - 1]!) + shared;
    varint(tokenEnds[row]! - start);
    copy(tokens, start, tokenEnds[row]!);
    copy(numbers, row === 0 ? 0 : numberEnds[row - 1]!, numberEnds[row]!);
  }
  return { first: tokens.slice(0, tokenEnds[0]), body: body.slice(0, used) };
}

/** How many of the first `limit` bytes of the page's first token a token begins with. */
function commonBytes(first: Uint8Array, bytes: Uint8Array, start: number, limit: number): number {
  let common = 0;
  while (common < limit && first[common] === bytes[start + common]) common += 1;
  return common;
}

type GrowingBytes = ReturnType<typeof makeBytes>;

function makeBytes() {
  let bytes = new Uint8Array(4_096);
  let used = 0;
  const reserve = (more: number): void => {
    if (used + more <= bytes.length) return;
    const larger = new Uint8Array(2 * (used + more));
    larger.set(bytes.subarray(0, used));
    bytes = larger;
  };
  return {
    used: () => used,
    view: () => bytes.subarray(0, used),
    clear: () => {
      used = 0;
    },
    copy: (from: Uint8Array, start: number, length: number): void => {
      reserve(length);
      for (let at = 0; at < length; at += 1) bytes[used++] = from[start + at]!;
    },
    varint: (value: number): void => {
      reserve(5);
      let rest = value;
      for (; rest >= 128; rest >>>= 7) bytes[used++] = (rest & 127) | 128;
      bytes[used++] = rest;
    },
    bitmap: (list: Uint32Array, from: number, to: number, length: number): void => {
      reserve(length);
      bytes.fill(0, used, used + length);
      for (let at = from; at < to; at += 1) bytes[used + (list[at]! >> 3)]! |= 1 << (list[at]! & 7);
      used += length;
    },
  };
}
