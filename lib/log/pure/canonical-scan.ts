import { utf8 } from "./bytes";
import { canonicalJson, type Json } from "./canonical";
import { hasAt } from "./has-at";

const maxDepth = 63;
const quoteMark = 34;
const backslash = 92;
const comma = 44;
const colon = 58;
const openBrace = 123;
const closeBrace = 125;
const openBracket = 91;
const closeBracket = 93;
const minus = 45;
const digitZero = 48;
const digitNine = 57;
const maxDigits = 15;
const shortEscapes = utf8(`"\\bfnrt`);
const lowDigits = utf8("0123456789abcdef");
const lowWithoutShort = utf8("01234567bef");
const nullWord = utf8("null");
const trueWord = utf8("true");
const falseWord = utf8("false");

// For each nesting level: where the last member name starts and ends (0: none yet), and whether the
// level is an object. Module-level, so that a scan allocates nothing.
const nameFrom = new Int32Array(maxDepth + 2);
const nameTo = new Int32Array(maxDepth + 2);
const isObject = new Uint8Array(maxDepth + 2);

/** 1 for bytes that need no escape in a string: no control character, quote or backslash. */
const isPlainByte = Uint8Array.from({ length: 256 }, (_none, byte) =>
  byte < 32 || byte === quoteMark || byte === backslash ? 0 : 1,
);
const isPlainNameByte = Uint8Array.from(isPlainByte, (isPlain, byte) => (byte > 126 ? 0 : isPlain));

/** The byte range of the top-level member "src" after isCanonicalEntry; `from` is -1 without one. */
export const sourceRange = { from: -1, to: -1 };

/**
 * Whether these bytes are certainly a JSON object in canonical form (RFC 8785). False means "not
 * certain": fractions and member names with escapes or non-ASCII characters are left to
 * isCanonicalText. The bytes must be valid UTF-8. It runs for every
 * byte of an export, so it is a single loop in spite of its complexity.
 */
// oxlint-disable-next-line complexity
export function isCanonicalEntry(bytes: Uint8Array, from: number, end: number): boolean {
  sourceRange.from = -1;
  if (bytes[from] !== openBrace) return false;
  let at = from;
  let depth = 0;
  for (;;) {
    // At the start of a value.
    const first = bytes[at]!;
    if (first === openBrace || first === openBracket) {
      depth += 1;
      if (depth > maxDepth) return false;
      isObject[depth] = first === openBrace ? 1 : 0;
      nameTo[depth] = 0;
      at += 1;
      if (bytes[at] !== (first === openBrace ? closeBrace : closeBracket)) {
        if (first === openBracket) continue;
        at = scanName(bytes, at, depth);
        if (at < 0) return false;
        continue;
      }
    } else {
      at = scanScalar(bytes, at, first);
      if (at < 0) return false;
    }
    // After a value, or at a closing bracket.
    for (;;) {
      const next = bytes[at]!;
      if (next === comma) break;
      if (depth === 0 || next !== (isObject[depth] === 1 ? closeBrace : closeBracket)) return false;
      depth -= 1;
      at += 1;
      if (depth === 0) return at === end;
      if (depth === 1 && sourceRange.from > 0 && sourceRange.to < sourceRange.from)
        sourceRange.to = at;
    }
    at += 1;
    if (isObject[depth] === 1) {
      at = scanName(bytes, at, depth);
      if (at < 0) return false;
    }
  }
}

/** Scans a string, literal or integer: returns the position after it, or -1. */
function scanScalar(bytes: Uint8Array, from: number, first: number): number {
  if (first === quoteMark) {
    for (let at = from + 1; ;) {
      while (isPlainByte[bytes[at]!] === 1) at += 1;
      if (bytes[at] === quoteMark) return at + 1;
      const escape = escapeLength(bytes, at);
      if (escape === 0) return -1;
      at += escape;
    }
  }
  if (first === 110) return hasAt(bytes, from, nullWord) ? from + 4 : -1;
  if (first === 116) return hasAt(bytes, from, trueWord) ? from + 4 : -1;
  if (first === 102) return hasAt(bytes, from, falseWord) ? from + 5 : -1;
  return scanNumber(bytes, from, first);
}

/**
 * The length of the escape that starts here if canonical JSON uses it: a short one, or \\u00xx for
 * another control character; else 0.
 */
function escapeLength(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== backslash) return 0;
  const kind = bytes[at + 1]!;
  if (shortEscapes.includes(kind)) return 2;
  const isLow =
    kind === 117 &&
    bytes[at + 2] === digitZero &&
    bytes[at + 3] === digitZero &&
    (bytes[at + 4] === digitZero || bytes[at + 4] === 49);
  return isLow && (bytes[at + 4] === 49 ? lowDigits : lowWithoutShort).includes(bytes[at + 5]!)
    ? 6
    : 0;
}

function scanNumber(bytes: Uint8Array, from: number, first: number): number {
  let at = first === minus ? from + 1 : from;
  const digits = at;
  const isZero = bytes[at] === digitZero;
  while (bytes[at]! >= digitZero && bytes[at]! <= digitNine) at += 1;
  if (at === digits || at - digits > maxDigits || (isZero && (at - digits > 1 || first === minus)))
    return -1;
  const next = bytes[at];
  return next === comma || next === closeBrace || next === closeBracket ? at : -1;
}

/**
 * Scans a member name and its colon: returns the position after them, or -1 if the name is not
 * greater than the previous one.
 */
function scanName(bytes: Uint8Array, quote: number, depth: number): number {
  if (bytes[quote] !== quoteMark) return -1;
  const from = quote + 1;
  let to = from;
  while (isPlainNameByte[bytes[to]!] === 1) to += 1;
  if (bytes[to] !== quoteMark) return -1;
  if (nameTo[depth]! > 0 && !isAfter(bytes, from, to, depth)) return -1;
  nameFrom[depth] = from;
  nameTo[depth] = to;
  if (bytes[to + 1] !== colon) return -1;
  if (
    depth === 1 &&
    to - from === 3 &&
    bytes[from] === 115 &&
    bytes[from + 1] === 114 &&
    bytes[from + 2] === 99
  ) {
    sourceRange.from = to + 2;
    sourceRange.to = -1;
  }
  return to + 2;
}

function isAfter(bytes: Uint8Array, from: number, to: number, depth: number): boolean {
  let left = nameFrom[depth]!;
  let right = from;
  const leftEnd = nameTo[depth]!;
  while (left < leftEnd && right < to && bytes[left] === bytes[right]) {
    left += 1;
    right += 1;
  }
  return left === leftEnd ? right < to : right < to && bytes[left]! < bytes[right]!;
}

/** Whether the text is canonical JSON: parsing and serializing it yields the same text. */
export function isCanonicalText(text: string): boolean {
  try {
    return canonicalJson(JSON.parse(text) as Json) === text;
  } catch {
    return false;
  }
}
