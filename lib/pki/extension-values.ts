import { tags } from "./der";
import {
  enter,
  leave,
  malformed,
  peek,
  readDer,
  take,
  takeBitString,
  takeBoolean,
  takeOid,
  takeSmallInteger,
  type DerReader,
} from "./der-reader";
import { readGeneralName } from "./general-names";
import { otherOids } from "./oids";
import { keyUsageBits, type KeyUsageBit } from "./types";

// Strict readers of extension values. Each throws AppError `der.malformed`, also for what DER or
// SIZE (1..MAX) forbids.

function whole<T>(value: Uint8Array, what: string, read: (reader: DerReader, end: number) => T): T {
  const reader = readDer(value);
  const end = enter(reader, tags.sequence, what);
  const result = read(reader, end);
  leave(reader, end, what);
  if (end !== value.length) throw malformed(`something follows after ${what}`, reader);
  return result;
}

export type BasicConstraints = Readonly<{ isCa: boolean; pathLength: number | null }>;

/** §4.2.1.9; an explicit cA FALSE is not DER and is refused. */
export function readBasicConstraints(value: Uint8Array): BasicConstraints {
  return whole(value, "basicConstraints", (reader, end) => {
    const isCa = peek(reader, end) === tags.boolean && takeBoolean(reader, "cA");
    if (!isCa && reader.position > 2)
      throw malformed("cA is FALSE, which is the default and left out", reader);
    const pathLength =
      peek(reader, end) === tags.integer ? takeSmallInteger(reader, "pathLenConstraint") : null;
    return { isCa, pathLength };
  });
}

/**
 * §4.2.1.3, bits in their order. Refuses trailing zero bits, no bit at all, and bits that do not
 * exist.
 */
export function readKeyUsage(value: Uint8Array): KeyUsageBit[] {
  const reader = readDer(value);
  const { unused, bytes } = takeBitString(reader, "keyUsage");
  leave(reader, value.length, "keyUsage");
  const bits = bytes.length * 8 - unused;
  const isSet = (bit: number): boolean => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
  if (bits === 0 || bits > keyUsageBits.length || !isSet(bits - 1))
    throw malformed("keyUsage has trailing zero bits, no bits, or unknown bits", reader);
  return keyUsageBits.filter((_, bit) => isSet(bit));
}

/** §4.2.1.12, dotted object identifiers. */
export function readExtendedKeyUsage(value: Uint8Array): string[] {
  return whole(value, "extKeyUsage", (reader, end) => {
    const purposes: string[] = [];
    while (reader.position < end) purposes.push(takeOid(reader, "a key purpose"));
    if (purposes.length === 0) throw malformed("extKeyUsage is empty", reader);
    return purposes;
  });
}

/** §4.2.1.2. */
export function readSubjectKeyIdentifier(value: Uint8Array): Uint8Array {
  const reader = readDer(value);
  const identifier = take(reader, tags.octetString, "subjectKeyIdentifier");
  leave(reader, value.length, "subjectKeyIdentifier");
  return identifier;
}

/** §4.2.1.1: the key identifier, or null if it names its issuer in another way. */
export function readAuthorityKeyIdentifier(value: Uint8Array): Uint8Array | null {
  return whole(value, "authorityKeyIdentifier", (reader, end) => {
    const identifier = peek(reader, end) === 0x80 ? take(reader, 0x80, "keyIdentifier") : null;
    if (peek(reader, end) === 0xa1) take(reader, 0xa1, "authorityCertIssuer");
    if (peek(reader, end) === 0x82) take(reader, 0x82, "authorityCertSerialNumber");
    return identifier;
  });
}

function readUris(reader: DerReader, end: number): string[] {
  const uris: string[] = [];
  while (reader.position < end) {
    const tag = reader.bytes[reader.position]!;
    const name = readGeneralName(tag, take(reader, tag, "a name"));
    if (name.type === "uri") uris.push(name.text);
  }
  return uris;
}

/** DistributionPointName [0] with fullName: its URIs. A name relative to the issuer yields none. */
export function takeDistributionPointName(reader: DerReader): string[] {
  const end = enter(reader, 0xa0, "a distribution point name");
  const tag = peek(reader, end);
  if (tag !== 0xa0 && tag !== 0xa1) throw malformed("a distribution point has no name", reader);
  const fullEnd = enter(reader, tag, "a distribution point name");
  const uris = tag === 0xa0 ? readUris(reader, fullEnd) : [];
  if (tag === 0xa1) reader.position = fullEnd;
  leave(reader, fullEnd, "a distribution point name");
  leave(reader, end, "a distribution point name");
  return uris;
}

/** §4.2.1.13: the URIs of all points. */
export function readDistributionPoints(value: Uint8Array): string[] {
  return whole(value, "cRLDistributionPoints", (reader, end) => {
    const uris: string[] = [];
    if (reader.position === end) throw malformed("cRLDistributionPoints is empty", reader);
    while (reader.position < end) {
      const pointEnd = enter(reader, tags.sequence, "a distribution point");
      if (reader.position === pointEnd) throw malformed("a distribution point is empty", reader);
      if (peek(reader, pointEnd) === 0xa0) uris.push(...takeDistributionPointName(reader));
      if (peek(reader, pointEnd) === 0x81) take(reader, 0x81, "reasons");
      if (peek(reader, pointEnd) === 0xa2) take(reader, 0xa2, "cRLIssuer");
      leave(reader, pointEnd, "a distribution point");
    }
    return uris;
  });
}

export type AccessDescription = Readonly<{ method: string; name: string; isUri: boolean }>;

/** §4.2.2.1; methods as dotted object identifiers. */
export function readAuthorityInfoAccess(value: Uint8Array): AccessDescription[] {
  return whole(value, "authorityInfoAccess", (reader, end) => {
    const access: AccessDescription[] = [];
    if (reader.position === end) throw malformed("authorityInfoAccess is empty", reader);
    while (reader.position < end) {
      const itemEnd = enter(reader, tags.sequence, "an access description");
      const method = takeOid(reader, "an access method");
      const tag = peek(reader, itemEnd);
      const name = readGeneralName(tag, take(reader, tag, "an access location"));
      access.push({ method, name: name.text, isUri: name.type === "uri" });
      leave(reader, itemEnd, "an access description");
    }
    return access;
  });
}

/** Addresses of one kind out of authorityInfoAccess. */
export function accessUris(
  access: readonly AccessDescription[],
  kind: "adOcsp" | "adCaIssuers",
): string[] {
  return access.flatMap(({ method, name, isUri }) =>
    isUri && method === otherOids[kind] ? [name] : [],
  );
}
