import { AppError } from "@/lib/errors/app-error";
import { tags } from "./der";
import { parseTime } from "./der-time";
import { decodeOid } from "./oids";

/**
 * A place in DER bytes. Strict: definite lengths in their shortest form, one-octet tags, nothing
 * beyond the end. No recursion, no allocation but for what is taken, so it fits the hottest
 * path. `enter` and `leave` come in pairs: an element that overshoots its parent is noticed at
 * `leave`.
 */
export type DerReader = { readonly bytes: Uint8Array; position: number };

/** Starts at `position` of `bytes`. */
export function readDer(bytes: Uint8Array, position = 0): DerReader {
  return { bytes, position };
}

/** The refusal of malformed DER: AppError `der.malformed`, with the place. */
export function malformed(what: string, reader: Pick<DerReader, "position">): AppError {
  return new AppError(
    "der.malformed",
    `The DER is malformed: ${what}, at octet ${reader.position}.`,
  );
}

/** Passes the header of any element; returns where its content ends. */
export function passHeader(reader: DerReader, what: string): number {
  const { bytes } = reader;
  const start = reader.position;
  if (((bytes[start] ?? 0x1f) & 0x1f) === 0x1f)
    throw malformed(`${what} has a tag of several octets, or none`, reader);
  let length = bytes[start + 1];
  if (length === undefined) throw malformed(`${what} is cut off`, reader);
  let position = start + 2;
  if (length >= 0x80) {
    const octets = length & 0x7f;
    if (octets === 0 || octets > 4)
      throw malformed(`${what} has an indefinite or oversized length`, reader);
    length = 0;
    for (let index = 0; index < octets; index += 1)
      length = length * 256 + (bytes[position + index] ?? 0);
    if (length < 0x80 || length < 256 ** (octets - 1))
      throw malformed(`${what} has a length that is not in its shortest form`, reader);
    position += octets;
  }
  if (position + length > bytes.length) throw malformed(`${what} is cut off`, reader);
  reader.position = position;
  return position + length;
}

/** Passes the header of an element with this tag; returns where its content ends. */
export function enter(reader: DerReader, tag: number, what: string): number {
  if (reader.bytes[reader.position] !== tag) throw malformed(`${what} expected`, reader);
  return passHeader(reader, what);
}

/** Asserts that everything up to `end` has been read, nothing more and nothing less. */
export function leave(reader: DerReader, end: number, what: string): void {
  if (reader.position !== end) throw malformed(`${what} holds something unexpected`, reader);
}

/** The tag at the place, or -1 at (or after) `end`. */
export function peek(reader: DerReader, end: number): number {
  return reader.position < end ? (reader.bytes[reader.position] ?? -1) : -1;
}

/** Passes one element of this tag and returns its content. */
export function take(reader: DerReader, tag: number, what: string): Uint8Array {
  const end = enter(reader, tag, what);
  const content = reader.bytes.subarray(reader.position, end);
  reader.position = end;
  return content;
}

/** Passes one element, of this tag if one is named, and returns it whole. */
export function takeRaw(reader: DerReader, what: string, tag?: number): Uint8Array {
  const start = reader.position;
  const end = tag === undefined ? passHeader(reader, what) : enter(reader, tag, what);
  reader.position = end;
  return reader.bytes.subarray(start, end);
}

/** INTEGER content in its shortest form (X.690 §8.3.2); the sign is left to the caller. */
export function takeInteger(
  reader: DerReader,
  what: string,
  tag: number = tags.integer,
): Uint8Array {
  const content = take(reader, tag, what);
  checkInteger(content, what, reader);
  return content;
}

/** Refuses INTEGER content that is empty or not in its shortest form. */
export function checkInteger(
  content: Uint8Array,
  what: string,
  reader: Pick<DerReader, "position">,
): void {
  const first = content[0];
  const second = content[1];
  const isPadded =
    second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  if (first === undefined || isPadded)
    throw malformed(`${what} is not a shortest-form integer`, reader);
}

/** An INTEGER from 0 to 2^31 - 1. */
export function takeSmallInteger(
  reader: DerReader,
  what: string,
  tag: number = tags.integer,
): number {
  const content = takeInteger(reader, what, tag);
  if (content.length > 4 || content[0]! >= 0x80) throw malformed(`${what} is out of range`, reader);
  return content.reduce((value, octet) => value * 256 + octet, 0);
}

/** BOOLEAN as DER has it: FF or 00 (X.690 §11.1). */
export function takeBoolean(reader: DerReader, what: string): boolean {
  const content = take(reader, tags.boolean, what);
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
    throw malformed(`${what} is not a DER boolean`, reader);
  return content[0] === 0xff;
}

/** OBJECT IDENTIFIER as dotted text. */
export function takeOid(reader: DerReader, what: string): string {
  const text = decodeOid(take(reader, tags.oid, what));
  if (text === null) throw malformed(`${what} is not an object identifier`, reader);
  return text;
}

/** BIT STRING; bits that do not count are zero (X.690 §11.2.1). */
export function takeBitString(
  reader: DerReader,
  what: string,
  tag: number = tags.bitString,
): { unused: number; bytes: Uint8Array } {
  const content = take(reader, tag, what);
  const unused = content[0];
  const last = content.length > 1 ? content[content.length - 1]! : 0;
  if (
    unused === undefined ||
    unused > (content.length > 1 ? 7 : 0) ||
    (last & ((1 << unused) - 1)) !== 0
  ) {
    throw malformed(`${what} is not a DER bit string`, reader);
  }
  return { unused, bytes: content.subarray(1) };
}

/** A BIT STRING of whole octets: a signature, a key. */
export function takeBitOctets(reader: DerReader, what: string): Uint8Array {
  const { unused, bytes } = takeBitString(reader, what);
  if (unused !== 0) throw malformed(`${what} is not made of whole octets`, reader);
  return bytes;
}

/** UTCTime or GeneralizedTime in the strict form of RFC 5280 §4.1.2.5. */
export function takeTime(reader: DerReader, what: string): Date {
  const tag = reader.bytes[reader.position] ?? -1;
  if (tag !== tags.utcTime && tag !== tags.generalizedTime)
    throw malformed(`${what} is not a time`, reader);
  const at = reader.position;
  const date = parseTime(tag, take(reader, tag, what));
  if (date === null)
    throw malformed(`${what} is not a time of whole seconds in UTC`, { position: at });
  return date;
}
