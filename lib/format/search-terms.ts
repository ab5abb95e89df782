import { plainHex } from "./identifier";
import { foldText } from "./fold-text";
import { literalText } from "./literal-text";

/** The most words that one search takes. */
export const searchWordsMax = 10;

/** The words of a search, folded as the database folds what is searched. */
export const wordsOf = (text: string): string[] => foldText(text).split(/\s+/).filter(Boolean);

const partLengthMin = 3;

/**
 * The patterns of `like` that find a folded word in a folded text: any part of it, or, for one or
 * two letters, which would be in nearly everything, the beginning of one of its words.
 */
export function patternsOf(word: string): readonly [string, ...string[]] {
  const literal = literalText(word);
  return Array.from(word).length < partLengthMin
    ? [`${literal}%`, `% ${literal}%`]
    : [`%${literal}%`];
}

const serialOctetsMax = 20;

/**
 * The octets of a whole number in decimal, as Windows and openssl print serial numbers: "4660", or
 * "4660 (0x1234)". Null if the text is none, or has more than the 20 octets of a serial number.
 */
export function bytesOfDecimal(text: string): Buffer | null {
  const digits = /^(\d{1,49})(?:\s*\(0x[0-9a-f]+\))?$/i.exec(text.trim())?.[1];
  if (digits === undefined) return null;
  const hex = BigInt(digits).toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return bytes.length > serialOctetsMax ? null : bytes;
}

/** Byte strings from `from` to before `to`. */
export type BytesRange = Readonly<{ from: Buffer; to: Buffer }>;

const hexDigitsMin = 8;
const hexDigitsMax = 64;
const afterAnyHash = Buffer.alloc(33, 0xff);

/**
 * The byte strings that begin with a text's hexadecimal digits, whatever stands between these; null
 * if it is no hexadecimal number of 8 to 64 digits.
 */
export function bytesBeginningWith(text: string): BytesRange | null {
  const digits = plainHex(text.trim().replace(/^0x/i, ""));
  if (digits.length < hexDigitsMin || digits.length > hexDigitsMax || !/^[0-9a-f]+$/.test(digits))
    return null;
  const next = (BigInt(`0x${digits}`) + 1n).toString(16).padStart(digits.length, "0");
  const bytes = (hex: string) => Buffer.from(hex.length % 2 === 0 ? hex : `${hex}0`, "hex");
  return { from: bytes(digits), to: next.length > digits.length ? afterAnyHash : bytes(next) };
}
