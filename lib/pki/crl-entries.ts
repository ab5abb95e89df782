import { AppError } from "@/lib/errors/app-error";
import { enumerated, lengthOfLength, octetString, oid, sequence, tags, writeHeader } from "./der";
import { firstGeneralized, generalizedTime, time } from "./der-time";
import { encodeExtension } from "./extensions";
import { extensionOids } from "./oids";
import type { Steps } from "./steps";
import { revocationReasons, type RevocationReason } from "./types";

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

/**
 * What a CRL lists, encoded: how many octets it takes, and how it is written. Only what is written
 * one after another in ascending order of serials is sure to list none twice.
 */
export type EntryList = Readonly<{
  length: number;
  /** Writes all entries at an offset. Returns where they end. */
  write: (out: Uint8Array, offset: number) => Steps<number>;
}>;

/**
 * What a CRL states about one certificate, without an object for each: the serial is at a place of
 * some bytes, and times are milliseconds since 1970.
 */
export type EntryFields = {
  bytes: Uint8Array;
  start: number;
  end: number;
  revokedAt: number;
  /** Index in `revocationReasons`. */
  reasonIndex: number;
  invalidityDate: number | null;
};

const nothing = new Uint8Array(0);
const reasonCodes = revocationReasons.map((reason) =>
  reason === "unspecified"
    ? nothing
    : encodeExtension(extensionOids.reasonCode, false, enumerated(reasonNumbers[reason])),
);
/** crlEntryExtensions of an entry with a reason alone (§5.3.1); nothing at all without one. */
const reasonAlone = reasonCodes.map((code) => (code.length === 0 ? nothing : sequence(code)));
const invalidityOid = oid(extensionOids.invalidityDate);
/** An invalidityDate is a GeneralizedTime, whatever its year. */
const invalidityLength = sequence(invalidityOid, octetString(generalizedTime(new Date(0)))).length;

function refuse(message: string): AppError {
  return new AppError("crl.invalid", message);
}

function extensionsLength(reasonIndex: number, invalidityDate: number | null): number {
  if (invalidityDate === null) return reasonAlone[reasonIndex]?.length ?? 0;
  return 2 + (reasonCodes[reasonIndex]?.length ?? 0) + invalidityLength;
}

function extensionsOf(reasonIndex: number, invalidityDate: number | null): Uint8Array {
  if (invalidityDate === null) return reasonAlone[reasonIndex] ?? nothing;
  const value = octetString(generalizedTime(new Date(invalidityDate)));
  return sequence(reasonCodes[reasonIndex] ?? nothing, sequence(invalidityOid, value));
}

/** Where a serial begins without its leading zeros. Throws AppError `crl.invalid`. */
function magnitudeStart(bytes: Uint8Array, start: number, end: number): number {
  let from = start;
  while (from < end - 1 && bytes[from] === 0) from += 1;
  const length = end - from;
  if (length < 1 || length > 20 || (length === 20 && (bytes[from] ?? 0) >= 0x80))
    throw refuse("A serial number has 1 to 20 octets.");
  return from;
}

/** Octets of the content of an entry whose serial is from `from` on. */
function contentLength(fields: EntryFields, from: number, extensions: number): number {
  const { bytes, end, revokedAt } = fields;
  const sign = (bytes[from] ?? 0) >= 0x80 ? 1 : 0;
  return 2 + sign + end - from + (revokedAt >= firstGeneralized ? 17 : 15) + extensions;
}

/** How many octets an entry takes. Throws AppError `crl.invalid` for a serial of more than 20. */
export function entryLength(fields: EntryFields): number {
  const { bytes, start, end, reasonIndex, invalidityDate } = fields;
  const from = magnitudeStart(bytes, start, end);
  const content = contentLength(fields, from, extensionsLength(reasonIndex, invalidityDate));
  return 1 + lengthOfLength(content) + content;
}

/** The octets of dates that were written: most entries share theirs with many. */
type Days = Map<number, Uint8Array>;

/** Writes an entry at an offset. Returns where it ends. */
export function writeEntry(
  out: Uint8Array,
  offset: number,
  fields: EntryFields,
  days: Days,
): number {
  const { bytes, start, end, reasonIndex, invalidityDate } = fields;
  const from = magnitudeStart(bytes, start, end);
  const extensions = extensionsOf(reasonIndex, invalidityDate);
  const content = contentLength(fields, from, extensions.length);
  let at = writeHeader(out, offset, tags.sequence, content);
  const sign = (bytes[from] ?? 0) >= 0x80 ? 1 : 0;
  out[at] = tags.integer;
  out[at + 1] = end - from + sign;
  out[at + 2] = 0;
  at += 2 + sign;
  for (let index = from; index < end; index += 1) out[at++] = bytes[index] ?? 0;
  at = writeTime(out, at, fields.revokedAt, days);
  for (let index = 0; index < extensions.length; index += 1) out[at++] = extensions[index] ?? 0;
  return at;
}

/**
 * Writes a Time at `offset`; the date's octets come from `days`, since most entries share theirs
 * with many. Returns where it ends.
 */
function writeTime(bytes: Uint8Array, offset: number, revokedAt: number, days: Days): number {
  const seconds = Math.floor(revokedAt / 1000);
  const day = Math.floor(seconds / 86_400);
  let head = days.get(day);
  if (head === undefined) {
    head = time(new Date(revokedAt)).slice(0, -7);
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
