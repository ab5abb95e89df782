import { canonicalJson, type Json } from "../canonical";
import { hasAt } from "./entry-frame";

const DEEPEST = 63,
  QUOTE = 34,
  BACKSLASH = 92,
  COMMA = 44,
  COLON = 58,
  OPEN = 123,
  CLOSE = 125,
  LIST = 91,
  LIST_END = 93,
  MINUS = 45,
  ZERO = 48,
  NINE = 57,
  MOST_DIGITS = 15;

const shortEscapes = Buffer.from(`"\\bfnrt`),
  lowDigits = Buffer.from("0123456789abcdef"),
  lowWithoutShort = Buffer.from("01234567bef");
const nullWord = Buffer.from("null"),
  trueWord = Buffer.from("true"),
  falseWord = Buffer.from("false");

// Where the last member's name of each open object begins and ends (0: none yet), and whether what is open is an object.
const nameFrom = new Int32Array(DEEPEST + 2),
  nameTo = new Int32Array(DEEPEST + 2),
  isObject = new Uint8Array(DEEPEST + 2);

/** 1 for what stands in a text as it is: no control character, no quote, no backslash. Bytes of UTF-8 beyond ASCII do. */
const plain = Uint8Array.from({ length: 256 }, (_none, byte) =>
  byte < 32 || byte === QUOTE || byte === BACKSLASH ? 0 : 1,
);
const plainName = Uint8Array.from(plain, (isPlain, byte) => (byte > 126 ? 0 : isPlain));

/** Where the value of the outermost member "src" lies, after scanEntry; `from` is -1 if there is none. */
export const foundSource = { from: -1, to: -1 };

/**
 * Whether these bytes are certainly one JSON object in its canonical form (RFC 8785). False means only: not surely; fractions, names
 * beyond ASCII and with escapes are left to isCanonicalText. The bytes must be UTF-8 and be followed by a newline somewhere. Runs for every byte of
 * an export, so it is one loop, whatever its complexity.
 */
// oxlint-disable-next-line complexity
export function scanEntry(bytes: Uint8Array, from: number, end: number): boolean {
  foundSource.from = -1;
  if (bytes[from] !== OPEN) return false;
  let at = from,
    depth = 0;
  for (;;) {
    // A value begins here.
    const first = bytes[at]!;
    if (first === OPEN || first === LIST) {
      depth += 1;
      if (depth > DEEPEST) return false;
      isObject[depth] = first === OPEN ? 1 : 0;
      nameTo[depth] = 0;
      at += 1;
      if (bytes[at] !== (first === OPEN ? CLOSE : LIST_END)) {
        if (first === LIST) continue;
        at = scanName(bytes, at, depth);
        if (at < 0) return false;
        continue;
      }
    } else {
      at = scanScalar(bytes, at, first);
      if (at < 0) return false;
    }
    // A value ended here, or a bracket that closes one stands here.
    for (;;) {
      const next = bytes[at]!;
      if (next === COMMA) break;
      if (depth === 0 || next !== (isObject[depth] === 1 ? CLOSE : LIST_END)) return false;
      depth -= 1;
      at += 1;
      if (depth === 0) return at === end;
      if (depth === 1 && foundSource.from > 0 && foundSource.to < foundSource.from)
        foundSource.to = at;
    }
    at += 1;
    if (isObject[depth] === 1) {
      at = scanName(bytes, at, depth);
      if (at < 0) return false;
    }
  }
}

/** A text, a word or a whole number: the place behind it, or -1. */
function scanScalar(bytes: Uint8Array, from: number, first: number): number {
  if (first === QUOTE) {
    for (let at = from + 1; ;) {
      while (plain[bytes[at]!] === 1) at += 1;
      if (bytes[at] === QUOTE) return at + 1;
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

/** How long the escape is that begins here, if it is one of canonical JSON: the short ones, and \\u00xx for the other control characters. */
function escapeLength(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== BACKSLASH) return 0;
  const kind = bytes[at + 1]!;
  if (shortEscapes.includes(kind)) return 2;
  const isLow =
    kind === 117 &&
    bytes[at + 2] === ZERO &&
    bytes[at + 3] === ZERO &&
    (bytes[at + 4] === ZERO || bytes[at + 4] === 49);
  return isLow && (bytes[at + 4] === 49 ? lowDigits : lowWithoutShort).includes(bytes[at + 5]!)
    ? 6
    : 0;
}

function scanNumber(bytes: Uint8Array, from: number, first: number): number {
  let at = first === MINUS ? from + 1 : from;
  const digits = at,
    isZero = bytes[at] === ZERO;
  while (bytes[at]! >= ZERO && bytes[at]! <= NINE) at += 1;
  if (
    at === digits ||
    at - digits > MOST_DIGITS ||
    (isZero && (at - digits > 1 || first === MINUS))
  )
    return -1;
  const next = bytes[at];
  return next === COMMA || next === CLOSE || next === LIST_END ? at : -1;
}

/** A member's name and the colon: the place behind, or -1 if it is not greater than the name before it. */
function scanName(bytes: Uint8Array, quote: number, depth: number): number {
  if (bytes[quote] !== QUOTE) return -1;
  const from = quote + 1;
  let to = from;
  while (plainName[bytes[to]!] === 1) to += 1;
  if (bytes[to] !== QUOTE) return -1;
  if (nameTo[depth]! > 0 && !isAfter(bytes, from, to, depth)) return -1;
  nameFrom[depth] = from;
  nameTo[depth] = to;
  if (bytes[to + 1] !== COLON) return -1;
  if (
    depth === 1 &&
    to - from === 3 &&
    bytes[from] === 115 &&
    bytes[from + 1] === 114 &&
    bytes[from + 2] === 99
  ) {
    foundSource.from = to + 2;
    foundSource.to = -1;
  }
  return to + 2;
}

function isAfter(bytes: Uint8Array, from: number, to: number, depth: number): boolean {
  let left = nameFrom[depth]!,
    right = from;
  const leftEnd = nameTo[depth]!;
  while (left < leftEnd && right < to && bytes[left] === bytes[right]) {
    left += 1;
    right += 1;
  }
  return left === leftEnd ? right < to : right < to && bytes[left]! < bytes[right]!;
}

/** Whether the text is JSON in its canonical form: it reads, and writing what it says gives the same text. */
export function isCanonicalText(text: string): boolean {
  try {
    return canonicalJson(JSON.parse(text) as Json) === text;
  } catch {
    return false;
  }
}
