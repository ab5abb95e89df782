import { AppError } from "@/lib/errors/app-error";
import { encodeSignatureAlgorithm } from "./algorithms";
import {
  compareBytes,
  enumerated,
  explicitTag,
  integer,
  lengthOfLength,
  octetString,
  oid,
  sequence,
  tags,
  unsignedBytes,
  writeHeader,
} from "./der";
import { enter, readDer, take } from "./der-reader";
import { firstGeneralized, generalizedTime, time, wholeSeconds } from "./der-time";
import {
  authorityKeyIdentifierExtension,
  distributionPointName,
  encodeExtension,
} from "./extensions";
import { extensionOids } from "./oids";
import type { IssuerFacts, RevocationReason, RevokedEntry } from "./types";

/** CRLReason numbers, RFC 5280 §5.3.1; 7 is not used. */
export const reasonNumbers: Readonly<Record<RevocationReason, number>> = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
  aACompromise: 10,
};

/** The longest life of a CRL: ten days. */
const crlLifeLimitMs = 10 * 86_400_000;

/**
 * Numbers are milliseconds since 1970, or one more than the last. A stored number of more than ten
 * years from now was never given to a CRL, and is not continued from.
 */
export function highestAdoptedCrlNumber(now: Date): bigint {
  return BigInt(now.getTime() + 3_650 * 86_400_000);
}

export type CrlContent = Readonly<{
  issuer: IssuerFacts;
  crlNumber: bigint;
  thisUpdate: Date;
  nextUpdate: Date;
  /**
   * Null for a complete CRL. OpenSSL's check of a whole chain, NSS and Mbed TLS refuse a complete
   * CRL with an issuingDistributionPoint, and without one it is valid at every address (RFC 5280
   * §5.2.5). For a part of it, the address in the CRL distribution point of its certificates.
   */
  idpUrl: string | null;
  entries: Iterable<RevokedEntry>;
}>;

function refuse(message: string): AppError {
  return new AppError("crl.invalid", message);
}

function checkContent({ crlNumber, thisUpdate, nextUpdate }: CrlContent): void {
  const life = wholeSeconds(nextUpdate).getTime() - wholeSeconds(thisUpdate).getTime();
  if (!(life > 0 && life <= crlLifeLimitMs))
    throw refuse("nextUpdate of a CRL must be after thisUpdate, by ten days at most.");
  // 20 octets at most; the last octet's highest bit stays clear so that the number is positive
  // (§5.2.3).
  if (crlNumber < 0n || crlNumber >= 1n << 159n)
    throw refuse("A cRLNumber is from 0 to 2^159 - 1.");
}

/**
 * TBSCertList, version 2: authorityKeyIdentifier, cRLNumber and, for a part of the CRL, a critical
 * issuingDistributionPoint; no entry list if nothing is revoked, no reason 0, no empty extensions.
 * One pass into one buffer: a million entries in under a second. Throws AppError `crl.invalid` for
 * times, number, a serial of more than 20 octets, or a serial that occurs twice.
 */
export function buildCrlTbs(content: CrlContent): Uint8Array {
  checkContent(content);
  const { issuer } = content;
  const entries = writeEntries(content.entries);
  const extensions = [
    authorityKeyIdentifierExtension(issuer.subjectKeyIdentifier),
    encodeExtension(extensionOids.cRLNumber, false, integer(unsignedBytes(content.crlNumber))),
    ...(content.idpUrl === null
      ? []
      : [
          encodeExtension(
            extensionOids.issuingDistributionPoint,
            true,
            sequence(distributionPointName(content.idpUrl)),
          ),
        ]),
  ];
  const before = [
    integer(1),
    encodeSignatureAlgorithm(issuer.signatureAlgorithm),
    issuer.subjectDer,
    time(content.thisUpdate),
    time(content.nextUpdate),
  ];
  const listHeader = new Uint8Array(entries.length === 0 ? 0 : 1 + lengthOfLength(entries.length));
  if (entries.length > 0) writeHeader(listHeader, 0, tags.sequence, entries.length);
  return sequence(...before, listHeader, entries, explicitTag(0, sequence(...extensions)));
}

type Buffered = { bytes: Uint8Array; length: number };

function reserve(out: Buffered, more: number): void {
  if (out.length + more <= out.bytes.length) return;
  const grown = new Uint8Array(Math.max(out.bytes.length * 2, out.length + more));
  grown.set(out.bytes.subarray(0, out.length));
  out.bytes = grown;
}

/** Order of serials as numbers; both without leading zeros. */
function compareSerials(left: Uint8Array, right: Uint8Array): number {
  return left.length - right.length || compareBytes(left, right);
}

function writeEntries(entries: Iterable<RevokedEntry>): Uint8Array {
  const out: Buffered = { bytes: new Uint8Array(64 * 1024), length: 0 };
  const days = new Map<number, Uint8Array>();
  let last: Uint8Array | null = null;
  // Serials in ascending order are unique without being remembered; from the first that is not,
  // they are.
  let seen: Set<string> | null = null;
  for (const entry of entries) {
    const serial = magnitude(entry.serial);
    if (last !== null && compareSerials(last, serial) >= 0) seen ??= serialsIn(out);
    if (seen?.has(keyOf(serial))) throw refuse(`The serial ${keyOf(serial)} is listed twice.`);
    seen?.add(keyOf(serial));
    last = serial;
    writeEntry(out, serial, entry, days);
  }
  return out.bytes.subarray(0, out.length);
}

/** The serials written so far, read back from the buffer. */
function serialsIn(out: Buffered): Set<string> {
  const serials = new Set<string>();
  const reader = readDer(out.bytes.subarray(0, out.length));
  while (reader.position < out.length) {
    const end = enter(reader, tags.sequence, "an entry");
    serials.add(keyOf(magnitude(take(reader, tags.integer, "a serial number"))));
    reader.position = end;
  }
  return serials;
}

function keyOf(serial: Uint8Array): string {
  return Buffer.from(serial.buffer, serial.byteOffset, serial.length).toString("hex");
}

function magnitude(serial: Uint8Array): Uint8Array {
  let start = 0;
  while (start < serial.length - 1 && serial[start] === 0) start += 1;
  const trimmed = start === 0 ? serial : serial.subarray(start);
  if (trimmed.length === 0 || trimmed.length > 20 || (trimmed.length === 20 && trimmed[0]! >= 0x80))
    throw refuse("A serial number has 1 to 20 octets.");
  return trimmed;
}

const reasonCodes = new Map(
  Object.entries(reasonNumbers).map(([reason, number]) => [
    reason,
    encodeExtension(extensionOids.reasonCode, false, enumerated(number)),
  ]),
);
const reasonAlone = new Map(Array.from(reasonCodes, ([reason, code]) => [reason, sequence(code)]));
const nothing = new Uint8Array(0);
const invalidityOid = oid(extensionOids.invalidityDate);

/**
 * crlEntryExtensions: reason unless unspecified (§5.3.1), invalidityDate if any; with neither,
 * nothing at all.
 */
function entryExtensions({ reason, invalidityDate }: RevokedEntry): Uint8Array {
  const isStated = reason !== "unspecified";
  if (invalidityDate === null) return isStated ? reasonAlone.get(reason)! : nothing;
  return sequence(
    isStated ? reasonCodes.get(reason)! : nothing,
    sequence(invalidityOid, octetString(generalizedTime(invalidityDate))),
  );
}

/**
 * Writes a Time at `offset`; the date's octets come from `days`, since most entries share theirs
 * with many. Returns where it ends.
 */
function writeTime(
  bytes: Uint8Array,
  offset: number,
  date: Date,
  days: Map<number, Uint8Array>,
): number {
  const seconds = Math.floor(date.getTime() / 1000);
  const day = Math.floor(seconds / 86_400);
  let head = days.get(day);
  if (head === undefined) {
    head = time(date).slice(0, -7);
    days.set(day, head);
  }
  bytes.set(head, offset);
  const end = offset + head.length;
  const rest = seconds - day * 86_400;
  writeTwoDigits(bytes, end, Math.floor(rest / 3600));
  writeTwoDigits(bytes, end + 2, Math.floor(rest / 60) % 60);
  writeTwoDigits(bytes, end + 4, rest % 60);
  bytes[end + 6] = 0x5a;
  return end + 7;
}

function writeTwoDigits(bytes: Uint8Array, offset: number, value: number): void {
  const tens = Math.floor(value / 10);
  bytes[offset] = 0x30 + tens;
  bytes[offset + 1] = 0x30 + value - tens * 10;
}

function timeLength(date: Date): number {
  return date.getTime() >= firstGeneralized ? 17 : 15;
}

function writeEntry(
  out: Buffered,
  serial: Uint8Array,
  entry: RevokedEntry,
  days: Map<number, Uint8Array>,
): void {
  const extensions = entryExtensions(entry);
  const sign = serial[0]! >= 0x80 ? 1 : 0;
  const length = 2 + sign + serial.length + timeLength(entry.revokedAt) + extensions.length;
  reserve(out, length + 4);
  const { bytes } = out;
  let offset = writeHeader(bytes, out.length, tags.sequence, length);
  bytes[offset] = tags.integer;
  bytes[offset + 1] = serial.length + sign;
  bytes[offset + 2] = 0;
  offset += 2 + sign;
  bytes.set(serial, offset);
  offset = writeTime(bytes, offset + serial.length, entry.revokedAt, days);
  bytes.set(extensions, offset);
  out.length = offset + extensions.length;
}
