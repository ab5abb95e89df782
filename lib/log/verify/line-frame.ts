import { hasAt } from "@/lib/log/pure/has-at";

/** Parses the frame of an entry line without parsing the entry. */
export type LineFrame = Readonly<{
  /**
   * Parses bytes[from:end]. False if the line is not exactly {"seq":N,"leafHash":"…",…,"entry":…} as
   * this export writes it; an entry that can't be read has another form, see read-lines.
   */
  parse: (bytes: Buffer, from: number, end: number) => boolean;
  seq: () => number;
  /** 32 bytes, valid until the next call of parse. */
  leafHash: Uint8Array;
  /** The byte range of the entry; meaningless in a companion, which contains no entries. */
  entryFrom: () => number;
  entryEnd: () => number;
  isCovered: () => boolean;
}>;

const seqPrefix = Buffer.from(`{"seq":`);
const hashPrefix = Buffer.from(`,"leafHash":"`);
const hashBytes = 32;
const maxDigits = 16;
const closeBrace = 125;
const digitZero = 48;

/** The value of a lowercase hexadecimal digit; 255 for other bytes. */
const hexDigitValues = new Uint8Array(256).fill(255);
for (let digit = 0; digit < 16; digit += 1)
  hexDigitValues[digit.toString(16).charCodeAt(0)] = digit;

export function makeLineFrame(
  kind: "export" | "proof",
  log: string | null,
  size: number,
): LineFrame {
  const coveredSuffix = Buffer.from(
    kind === "proof" ? `"}` : `","log":${JSON.stringify(log)},"checkpoint":${size},"entry":`,
  );
  const uncoveredSuffix = Buffer.from(`","log":${JSON.stringify(log)},"checkpoint":null,"entry":`);
  const leafHash = new Uint8Array(hashBytes);
  const number = { value: 0, end: 0 };
  let entryFrom = 0;
  let entryEnd = 0;
  let isSealed = false;
  return {
    parse: (bytes, from, end) => {
      if (
        !hasAt(bytes, from, seqPrefix) ||
        !readNumber(bytes, from + seqPrefix.length, number) ||
        !hasAt(bytes, number.end, hashPrefix)
      )
        return false;
      const hex = number.end + hashPrefix.length;
      const at = hex + 2 * hashBytes;
      if (!readHash(bytes, hex, leafHash)) return false;
      isSealed = hasAt(bytes, at, coveredSuffix);
      if (kind === "proof") return isSealed && at + coveredSuffix.length === end;
      if (!isSealed && !hasAt(bytes, at, uncoveredSuffix)) return false;
      entryFrom = at + (isSealed ? coveredSuffix : uncoveredSuffix).length;
      entryEnd = end - 1;
      return bytes[entryEnd] === closeBrace && entryFrom < entryEnd;
    },
    seq: () => number.value,
    leafHash,
    entryFrom: () => entryFrom,
    entryEnd: () => entryEnd,
    isCovered: () => isSealed,
  };
}

/** Parses a decimal integer without leading zeros. */
function readNumber(bytes: Uint8Array, from: number, to: { value: number; end: number }): boolean {
  let at = from;
  let value = 0;
  for (
    let digit = bytes[at]! - digitZero;
    digit >= 0 && digit <= 9;
    at += 1, digit = bytes[at]! - digitZero
  )
    value = value * 10 + digit;
  to.value = value;
  to.end = at;
  return (
    at > from &&
    at - from <= maxDigits &&
    (bytes[from] !== digitZero || at - from === 1) &&
    Number.isSafeInteger(value)
  );
}

function readHash(bytes: Uint8Array, from: number, to: Uint8Array): boolean {
  for (let at = 0; at < hashBytes; at += 1) {
    const high = hexDigitValues[bytes[from + 2 * at]!]!;
    const low = hexDigitValues[bytes[from + 2 * at + 1]!]!;
    if (high > 15 || low > 15) return false;
    to[at] = high * 16 + low;
  }
  return true;
}
