import { AppError, isAppError } from "@/lib/errors/app-error";
import { tags } from "./der";
import {
  enter,
  leave,
  malformed,
  peek,
  readDer,
  take,
  takeBoolean,
  takeInteger,
  takeOid,
  takeRaw,
  takeSmallInteger,
  type DerReader,
} from "./der-reader";

/** What a time-stamping authority asserts (TSTInfo, RFC 3161 §2.4.2). */
export type TimestampInfo = Readonly<{
  policy: string;
  hashOid: string;
  digest: Uint8Array;
  serial: Uint8Array;
  at: Date;
  nonceDer: Uint8Array | null;
}>;

/**
 * Reads a TSTInfo strictly. An extension that is critical is not known here and refuses it. Throws
 * AppError `der.malformed`, `timestamp.malformed`.
 */
export function readTimestampInfo(der: Uint8Array): TimestampInfo {
  const reader = readDer(der);
  const end = enter(reader, tags.sequence, "the time stamp");
  if (takeSmallInteger(reader, "the version of the time stamp") !== 1)
    throw malformed("the version of the time stamp is not 1", reader);
  const policy = takeOid(reader, "the policy of the time stamp");
  const { hashOid, digest } = takeImprint(reader);
  const serial = takeInteger(reader, "the serial number of the time stamp");
  const at = takeGenTime(reader);
  if (peek(reader, end) === tags.sequence) takeRaw(reader, "the accuracy", tags.sequence);
  if (peek(reader, end) === tags.boolean && !takeBoolean(reader, "ordering"))
    throw malformed("ordering is FALSE, which is the default and left out", reader);
  const nonceDer = peek(reader, end) === tags.integer ? takeNonce(reader) : null;
  if (peek(reader, end) === 0xa0) takeRaw(reader, "the name of the authority", 0xa0);
  if (peek(reader, end) === 0xa1) refuseCritical(reader);
  leave(reader, end, "the time stamp");
  if (end !== der.length) throw malformed("something follows after the time stamp", reader);
  return { policy, hashOid, digest, serial, at, nonceDer };
}

function takeImprint(reader: DerReader): { hashOid: string; digest: Uint8Array } {
  const end = enter(reader, tags.sequence, "messageImprint");
  const algorithmEnd = enter(reader, tags.sequence, "the hash algorithm");
  const hashOid = takeOid(reader, "the hash algorithm");
  if (
    peek(reader, algorithmEnd) === tags.null &&
    take(reader, tags.null, "the hash algorithm").length > 0
  )
    throw malformed("the hash algorithm has parameters", reader);
  leave(reader, algorithmEnd, "the hash algorithm");
  const digest = take(reader, tags.octetString, "hashedMessage");
  leave(reader, end, "messageImprint");
  return { hashOid, digest };
}

function takeNonce(reader: DerReader): Uint8Array {
  const start = reader.position;
  takeInteger(reader, "the nonce");
  return reader.bytes.subarray(start, reader.position);
}

/**
 * GeneralizedTime in UTC, with a fraction of a second if need be, which DER writes without trailing
 * zeros.
 */
function takeGenTime(reader: DerReader): Date {
  const text = Buffer.from(take(reader, tags.generalizedTime, "genTime")).toString("latin1");
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{0,8}[1-9])?Z$/.exec(text);
  const [, year = "", month = "", day = "", hour = "", minute = "", second = "", fraction = ""] =
    match ?? [];
  const at = new Date(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(1, 4).padEnd(3, "0")}Z`,
  );
  if (match === null || Number.isNaN(at.getTime()) || at.getUTCDate() !== Number(day))
    throw malformed("genTime is not a time in UTC", reader);
  return at;
}

function refuseCritical(reader: DerReader): void {
  const end = enter(reader, 0xa1, "the extensions");
  while (reader.position < end) {
    const itemEnd = enter(reader, tags.sequence, "an extension");
    takeOid(reader, "the type of an extension");
    if (peek(reader, itemEnd) === tags.boolean && takeBoolean(reader, "critical"))
      throw new AppError(
        "timestamp.malformed",
        "The time stamp has a critical extension that is not known.",
      );
    take(reader, tags.octetString, "the value of an extension");
    leave(reader, itemEnd, "an extension");
  }
}

const statuses = [
  "granted",
  "granted with changes",
  "rejected",
  "waiting",
  "a warning of revocation",
  "revoked",
];
/** PKIFailureInfo of RFC 3161 §2.4.2, by bit. */
const failures: Readonly<Record<number, string>> = {
  0: "the hash algorithm is not known to it",
  2: "it does not do this kind of request",
  5: "the data is in a wrong format",
  14: "its source of time is not available",
  15: "the policy is not supported",
  16: "an extension is not supported",
  17: "additional information is not available",
  25: "an error in its system",
};

/**
 * The token of a TimeStampResp. Throws AppError `timestamp.rejected` with the authority's own
 * reason where it refused, `timestamp.malformed` for what is no answer.
 */
export function readTimestampReply(der: Uint8Array): Uint8Array {
  try {
    const reader = readDer(der);
    const end = enter(reader, tags.sequence, "the answer");
    const refusal = readStatus(reader);
    if (refusal !== null)
      throw new AppError(
        "timestamp.rejected",
        `The time-stamping authority did not stamp: ${refusal}.`,
      );
    const token = Uint8Array.from(takeRaw(reader, "the token", tags.sequence));
    leave(reader, end, "the answer");
    if (end !== der.length) throw malformed("something follows after the answer", reader);
    return token;
  } catch (error) {
    if (!isAppError(error) || error.code !== "der.malformed") throw error;
    throw new AppError(
      "timestamp.malformed",
      `What the time-stamping authority sent is not an answer that can be read. ${error.message}`,
      { cause: error },
    );
  }
}

/** Null: it was granted. */
function readStatus(reader: DerReader): string | null {
  const end = enter(reader, tags.sequence, "the status");
  const status = takeSmallInteger(reader, "the status");
  const reasons: string[] = [];
  if (peek(reader, end) === tags.sequence) {
    const textEnd = enter(reader, tags.sequence, "statusString");
    while (reader.position < textEnd)
      reasons.push(
        Buffer.from(take(reader, tags.utf8String, "statusString"))
          .toString("utf8")
          .replaceAll(/\p{C}/gu, " ")
          .slice(0, 200),
      );
    leave(reader, textEnd, "statusString");
  }
  const bits =
    peek(reader, end) === tags.bitString
      ? take(reader, tags.bitString, "failInfo")
      : new Uint8Array(1);
  leave(reader, end, "the status");
  if (status <= 1) return null;
  for (const [bit, meaning] of Object.entries(failures))
    if (((bits[1 + (Number(bit) >> 3)] ?? 0) & (0x80 >> (Number(bit) & 7))) !== 0)
      reasons.push(meaning);
  return [statuses[status] ?? `status ${status}`, ...reasons].join(", ");
}
