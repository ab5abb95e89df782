import { revocationReasons, type RevocationReason } from "@/lib/pki/types";

/** A certificate that a CRL of this key listed. Times are milliseconds since 1970. */
export type RevokedRecord = Readonly<{
  serial: Uint8Array;
  /** Empty if the database had no id of the usual form. */
  certificateId: string;
  reason: RevocationReason;
  revokedAt: number;
  invalidityDate: number | null;
  /** From the certificate's own bytes. */
  notAfter: number;
  /** The size of the log when it was listed: only an entry from there on releases a hold. */
  sinceSize: number;
}>;

/** What one record takes, in memory and on disk. */
export const recordBytes = 64;
/** In the first octet, with the length of the serial: the certificate left the CRL. */
const droppedFlag = 0x80;
const maxSerialOctets = 20;
const offsets = {
  length: 0,
  serial: 1,
  reason: 21,
  revokedAt: 22,
  invalidityDate: 28,
  notAfter: 34,
  sinceSize: 40,
  id: 46,
} as const;
const noDate = 0xffff_ffff_ffff;
/** The last date that a CRL can state (GeneralizedTime). */
export const latestDate = Date.UTC(9999, 11, 31, 23, 59, 59);
const idPrefix = "crt_";
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const idPattern = /^crt_[0-9a-hjkmnp-tv-z]{26}$/;
const idOctets = 17;

export const reasonIndexOf = (reason: string | null): number =>
  Math.max(
    0,
    revocationReasons.findIndex((name) => name === reason),
  );
export const holdIndex = reasonIndexOf("certificateHold");
export const keyCompromiseIndex = reasonIndexOf("keyCompromise");

const clamp = (value: number): number =>
  Number.isFinite(value) ? Math.min(Math.max(Math.trunc(value), 0), latestDate) : 0;

const valueOf = new Map(
  Array.from({ length: alphabet.length }, (_, value) => [alphabet.charCodeAt(value), value]),
);

/**
 * The 26 characters of an id are 130 bits, the first at the front. Another form than the usual one
 * is stored as zeros.
 */
function packId(id: string, to: Buffer): void {
  if (!idPattern.test(id)) return;
  let bits = 0;
  let waiting = 0;
  let at: number = offsets.id;
  for (let index = idPrefix.length; index < id.length; index++) {
    waiting = ((waiting << 5) | (valueOf.get(id.charCodeAt(index)) ?? 0)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    to[at++] = (waiting >> bits) & 0xff;
  }
  to[at] = (waiting << (8 - bits)) & 0xff;
}

function unpackId(packed: Buffer): string {
  if (packed.every((octet) => octet === 0)) return "";
  let text = "";
  for (let index = 0; index < 26; index++) {
    const bit = index * 5;
    const pair = ((packed[bit >> 3] ?? 0) << 8) | (packed[(bit >> 3) + 1] ?? 0);
    text += alphabet[(pair >> (11 - (bit & 7))) & 31] ?? "";
  }
  return idPrefix + text;
}

/** Writes a record of 64 octets. A serial has 1 to 20 octets. */
export function packRecord(record: RevokedRecord, isDropped = false): Buffer {
  const { serial } = record;
  if (serial.length < 1 || serial.length > maxSerialOctets)
    throw new RangeError("a serial number has 1 to 20 octets");
  const packed = Buffer.alloc(recordBytes);
  packed[offsets.length] = serial.length | (isDropped ? droppedFlag : 0);
  packed.set(serial, offsets.serial);
  packed[offsets.reason] = reasonIndexOf(record.reason);
  packed.writeUIntLE(clamp(record.revokedAt), offsets.revokedAt, 6);
  packed.writeUIntLE(
    record.invalidityDate === null ? noDate : clamp(record.invalidityDate),
    offsets.invalidityDate,
    6,
  );
  packed.writeUIntLE(clamp(record.notAfter), offsets.notAfter, 6);
  packed.writeUIntLE(clamp(record.sinceSize), offsets.sinceSize, 6);
  packId(record.certificateId, packed);
  return packed;
}

/** Fields of the record at an offset of a buffer, without making an object of all of them. */
export const recordFields = {
  isDropped: (bytes: Buffer, at: number): boolean => ((bytes[at] ?? 0) & droppedFlag) !== 0,
  serialLength: (bytes: Buffer, at: number): number => (bytes[at] ?? 0) & ~droppedFlag,
  serial: (bytes: Buffer, at: number): Buffer =>
    bytes.subarray(at + offsets.serial, at + offsets.serial + ((bytes[at] ?? 0) & ~droppedFlag)),
  reasonIndex: (bytes: Buffer, at: number): number => bytes[at + offsets.reason] ?? 0,
  revokedAt: (bytes: Buffer, at: number): number => bytes.readUIntLE(at + offsets.revokedAt, 6),
  invalidityDate: (bytes: Buffer, at: number): number | null => {
    const date = bytes.readUIntLE(at + offsets.invalidityDate, 6);
    return date === noDate ? null : date;
  },
  notAfter: (bytes: Buffer, at: number): number => bytes.readUIntLE(at + offsets.notAfter, 6),
} as const;

/** The record at an offset of a buffer. */
export function readRecord(bytes: Buffer, at: number): RevokedRecord {
  return {
    serial: Uint8Array.from(recordFields.serial(bytes, at)),
    certificateId: unpackId(bytes.subarray(at + offsets.id, at + offsets.id + idOctets)),
    reason: revocationReasons[recordFields.reasonIndex(bytes, at)] ?? "unspecified",
    revokedAt: recordFields.revokedAt(bytes, at),
    invalidityDate: recordFields.invalidityDate(bytes, at),
    notAfter: recordFields.notAfter(bytes, at),
    sinceSize: bytes.readUIntLE(at + offsets.sinceSize, 6),
  };
}
