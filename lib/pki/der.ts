import { encodeOid } from "./oids";

const utf8 = new TextEncoder();

/** Identifier octets that Chancery writes and reads. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/**
 * How many octets the length field of `length` content octets takes (X.690 §10.1: the shortest).
 */
export function lengthOfLength(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x100) return 2;
  if (length < 0x10000) return 3;
  return length < 0x1000000 ? 4 : 5;
}

/** Writes identifier and length at `offset`; returns the offset of the content. */
export function writeHeader(out: Uint8Array, offset: number, tag: number, length: number): number {
  out[offset] = tag;
  const octets = lengthOfLength(length) - 1;
  if (octets === 0) {
    out[offset + 1] = length;
    return offset + 2;
  }
  out[offset + 1] = 0x80 | octets;
  for (let index = 0; index < octets; index += 1)
    out[offset + 2 + index] = Math.floor(length / 256 ** (octets - 1 - index)) & 0xff;
  return offset + 2 + octets;
}

/** One element: identifier, shortest length, the parts one after the other. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(1 + lengthOfLength(length) + length);
  let offset = writeHeader(out, 0, tag, length);
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(tags.sequence, ...parts);
}

/** SET OF in the order that DER asks: ascending as octet strings (X.690 §11.6). */
export function setOf(...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(tags.set, ...(parts.length < 2 ? parts : parts.toSorted(compareBytes)));
}

/** Order of octet strings; negative, zero or positive like any comparison. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = left[index]! - right[index]!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && compareBytes(left, right) === 0;
}

/**
 * INTEGER, never negative: a byte array is read as big-endian unsigned; the encoding is the
 * shortest.
 */
export function integer(value: number | bigint | Uint8Array): Uint8Array {
  const bytes = value instanceof Uint8Array ? value : unsignedBytes(BigInt(value));
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const trimmed = start === 0 ? bytes : bytes.subarray(start);
  if (trimmed.length === 0) return tlv(tags.integer, zeroByte);
  return trimmed[0]! < 0x80 ? tlv(tags.integer, trimmed) : tlv(tags.integer, zeroByte, trimmed);
}

const zeroByte = Uint8Array.of(0);

/** Big-endian bytes of a number that is not negative; zero is one zero byte. */
export function unsignedBytes(value: bigint): Uint8Array {
  if (value < 0n) throw new RangeError("a DER integer here is never negative");
  const hex = value.toString(16);
  return Uint8Array.from(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex"));
}

export function enumerated(value: number): Uint8Array {
  return tlv(tags.enumerated, Uint8Array.of(value));
}

export function boolean(value: boolean): Uint8Array {
  return Uint8Array.of(tags.boolean, 1, value ? 0xff : 0);
}

export function nullValue(): Uint8Array {
  return Uint8Array.of(tags.null, 0);
}

/** OBJECT IDENTIFIER from dotted text; a text that is none is a programming error (RangeError). */
export function oid(text: string): Uint8Array {
  return encodeOid(text);
}

export function octetString(...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(tags.octetString, ...parts);
}

/** BIT STRING of whole octets, unless `unused` says how many of the last bits do not count. */
export function bitString(bytes: Uint8Array, unused = 0): Uint8Array {
  return tlv(tags.bitString, Uint8Array.of(unused), bytes);
}

/**
 * BIT STRING with named bits: trailing zero bits are cut (X.690 §11.2.2). No bit set is the empty
 * string.
 */
export function namedBits(bits: readonly number[]): Uint8Array {
  const highest = Math.max(-1, ...bits);
  const bytes = new Uint8Array((highest >> 3) + 1);
  for (const bit of bits) bytes[bit >> 3] = bytes[bit >> 3]! | (0x80 >> (bit & 7));
  return bitString(bytes, highest < 0 ? 0 : 7 - (highest & 7));
}

export function utf8String(text: string): Uint8Array {
  return tlv(tags.utf8String, utf8.encode(text));
}

/** The caller has checked that the text fits the PrintableString alphabet. */
export function printableString(text: string): Uint8Array {
  return tlv(tags.printableString, utf8.encode(text));
}

/**
 * ASCII text; anything else is a programming error (RangeError), since it would become a different
 * name.
 */
export function ia5String(text: string): Uint8Array {
  return tlv(tags.ia5String, asciiBytes(text));
}

export function asciiBytes(text: string): Uint8Array {
  const bytes = utf8.encode(text);
  if (bytes.some((byte) => byte > 0x7f)) throw new RangeError("an IA5String holds ASCII alone");
  return bytes;
}

/**
 * [n] IMPLICIT, primitive by default: context tag over bytes that are the content
 * already.
 */
export function contextTag(number: number, content: Uint8Array, constructed = false): Uint8Array {
  return tlv((constructed ? 0xa0 : 0x80) | number, content);
}

/**
 * [n] EXPLICIT, or IMPLICIT over a SEQUENCE's parts: a constructed context tag around whole
 * elements.
 */
export function explicitTag(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(0xa0 | number, ...parts);
}
