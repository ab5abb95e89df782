import { AppError, isAppError } from "@/lib/errors/app-error";
import { isErrorCode } from "@/lib/errors/codes";
import {
  type AuthorityKeyAlgorithm,
  authorityKeyAlgorithms,
  type RevocationReason,
  type RevokedEntry,
} from "@/lib/pki/types";
import { type HostRequest, readHostRequest } from "./host-commands";
import type { CheckpointToSign } from "./types";

/**
 * What crosses the signer's socket: one JSON object a line, bytes in base64, times in milliseconds.
 * After a line with `rawLength` that many octets follow as they are: a CRL.
 */
export type SignerRequest =
  | HostRequest
  | Readonly<{ method: "ping" }>
  | Readonly<{ method: "createLogKey" | "remembered"; origin: string }>
  | Readonly<{ method: "rememberedAll" }>
  | (Readonly<{ method: "signCheckpoint" }> & CheckpointToSign)
  | Readonly<{ method: "createKey"; algorithm: AuthorityKeyAlgorithm }>
  | Readonly<{ method: "signCertificate"; certificateId: string }>
  | Readonly<{ method: "signCrl"; authorityId: string; shard: string }>
  | Readonly<{ method: "lastCrlNumber"; authorityId: string }>;

export type SignerAnswer = Readonly<{
  bytes?: readonly string[];
  error?: Readonly<{ code: string; message: string }>;
  raw?: Uint8Array;
  /** In the process that answers: called when `raw` was sent, or can't be. */
  release?: () => void;
}>;

const isText = (value: unknown): value is string =>
  typeof value === "string" && value.length <= 200;
const isInteger = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value);

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Reads one line of a caller, strictly. Null if it is not a request. */
export function readRequest(line: string): { id: number; request: SignerRequest } | null {
  const it = parseObject(line);
  const id = it?.["id"];
  if (it === null || !isInteger(id)) return null;
  switch (it["method"]) {
    case "ping":
      return { id, request: { method: "ping" } };
    case "rememberedAll":
      return { id, request: { method: "rememberedAll" } };
    case "createLogKey":
    case "remembered": {
      const { method, origin } = it;
      return isText(origin) ? { id, request: { method, origin } } : null;
    }
    case "signCheckpoint":
      return readCheckpointRequest(id, it);
    case "createKey":
      return readKeyRequest(id, it);
    case "signCertificate":
      return readCertificateRequest(id, it);
    case "signCrl":
    case "lastCrlNumber":
      return readCrlRequest(id, it);
    default:
      return withId(id, readHostRequest(it));
  }
}

const withId = (
  id: number,
  request: SignerRequest | null,
): { id: number; request: SignerRequest } | null => request && { id, request };

function readCertificateRequest(
  id: number,
  it: Record<string, unknown>,
): { id: number; request: SignerRequest } | null {
  const { certificateId } = it;
  return isText(certificateId)
    ? { id, request: { method: "signCertificate", certificateId } }
    : null;
}

function readKeyRequest(
  id: number,
  it: Record<string, unknown>,
): { id: number; request: SignerRequest } | null {
  const algorithm = authorityKeyAlgorithms.find((name) => name === it["algorithm"]);
  return algorithm ? { id, request: { method: "createKey", algorithm } } : null;
}

function readCrlRequest(
  id: number,
  it: Record<string, unknown>,
): { id: number; request: SignerRequest } | null {
  const { method, authorityId, shard } = it;
  if (!isText(authorityId)) return null;
  if (method === "lastCrlNumber") return { id, request: { method, authorityId } };
  return isText(shard) ? { id, request: { method: "signCrl", authorityId, shard } } : null;
}

/** Revocations as text: a list of serial number, reason, date and invalidity date. */
export function writeRemembered(remembered: readonly RevokedEntry[]): string {
  return JSON.stringify(
    remembered.map(({ serial, reason, revokedAt, invalidityDate }) => [
      Buffer.from(serial).toString("hex"),
      reason,
      revokedAt.getTime(),
      invalidityDate?.getTime() ?? null,
    ]),
  );
}

export function readRemembered(text: string): RevokedEntry[] {
  const rows = JSON.parse(text) as [string, RevocationReason, number, number | null][];
  return rows.map(([serial, reason, revokedAt, invalidityDate]) => ({
    serial: Buffer.from(serial, "hex"),
    reason,
    revokedAt: new Date(revokedAt),
    invalidityDate: invalidityDate === null ? null : new Date(invalidityDate),
  }));
}

/**
 * A consistency proof has at most 63 hashes for sizes that a number can hold (C2SP tlog-witness).
 */
const maxProofLength = 63;
const isHash = (value: unknown): value is string =>
  typeof value === "string" && /^[A-Za-z0-9+/]{43}=$/.test(value);

function readCheckpointRequest(
  id: number,
  it: Record<string, unknown>,
): { id: number; request: SignerRequest } | null {
  const { origin, size, rootHex, oldSize, proof } = it;
  if (!isText(origin) || !isInteger(size) || !isInteger(oldSize) || size < 0 || oldSize < 0)
    return null;
  if (typeof rootHex !== "string" || !/^[0-9a-f]{64}$/.test(rootHex)) return null;
  if (!Array.isArray(proof) || proof.length > maxProofLength || !proof.every(isHash)) return null;
  return { id, request: { method: "signCheckpoint", origin, size, rootHex, oldSize, proof } };
}

export function writeLine(id: number, body: SignerRequest | Omit<SignerAnswer, "raw">): string {
  return `${JSON.stringify({ id, ...body })}\n`;
}

/** The line of an answer, and the octets that follow it. */
export function writeAnswer(
  id: number,
  { raw, ...body }: SignerAnswer,
): Readonly<{ line: string; raw: Uint8Array | null }> {
  if (raw === undefined) return { line: writeLine(id, body), raw: null };
  const line = `${JSON.stringify({ id, rawLength: raw.length, ...body })}\n`;
  return { line, raw };
}

/**
 * An error as it may leave the signer: expected refusals as they are, everything else without its
 * text.
 */
export function errorForWire(error: unknown): SignerAnswer {
  if (isAppError(error)) return { error: { code: error.code, message: error.message } };
  return {
    error: {
      code: "signer.failed",
      message: "The signer met an unexpected error; its own log says more.",
    },
  };
}

/** What errorForWire wrote. A code that the catalogue does not have becomes `signer.failed`. */
export function errorFromWire({ code, message }: NonNullable<SignerAnswer["error"]>): AppError {
  return new AppError(isErrorCode(code) ? code : "signer.failed", message);
}

/**
 * Cuts a stream into lines without copying a long one again for each chunk. Throws when a line
 * grows beyond `limit` characters.
 */
export function makeLineReader(
  limit: number,
  onLine: (line: string) => void,
): (chunk: string) => void {
  let parts: string[] = [],
    length = 0;
  return (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", from)) {
      parts.push(chunk.slice(from, end));
      const line = parts.join("");
      parts = [];
      length = 0;
      from = end + 1;
      onLine(line);
    }
    if (from === chunk.length) return;
    parts.push(chunk.slice(from));
    length += chunk.length - from;
    if (length > limit) throw new RangeError("a line on the signer's socket is too long");
  };
}

/** A line of an answer, and what it says of the octets that follow it. */
function readAnswerLine(line: string): { id: number; rawLength: number; answer: SignerAnswer } {
  const it = parseObject(line);
  const { id, rawLength = 0, ...answer } = it ?? {};
  if (!isInteger(id) || !isInteger(rawLength) || rawLength < 0)
    throw new RangeError("a line on the signer's socket is not an answer");
  return { id, rawLength, answer: answer as SignerAnswer };
}

type AnswerHandler = (id: number, answer: SignerAnswer) => void;

/**
 * Cuts a stream into answers. What follows a line is copied once, into a buffer of its length.
 * Throws when an answer is longer than `limit` or can't be read.
 */
export function makeAnswerReader(limit: number, onAnswer: AnswerHandler): (chunk: Buffer) => void {
  let waiting: Readonly<{ id: number; answer: SignerAnswer; raw: Buffer }> | null = null;
  let filled = 0;
  const readLine = (line: string): void => {
    const { id, rawLength, answer } = readAnswerLine(line);
    if (rawLength > limit) throw new RangeError("an answer on the signer's socket is too long");
    if (rawLength === 0) onAnswer(id, answer);
    else waiting = { id, answer, raw: Buffer.allocUnsafeSlow(rawLength) };
    filled = 0;
  };
  /** Copies as much as the octets that a line announced still need. Returns where they end. */
  const fill = (chunk: Buffer, from: number): number => {
    if (waiting === null) return from;
    const copied = chunk.copy(waiting.raw, filled, from);
    filled += copied;
    if (filled < waiting.raw.length) return from + copied;
    const { id, answer, raw } = waiting;
    waiting = null;
    onAnswer(id, { ...answer, raw });
    return from + copied;
  };
  const lines = makeLineReader(limit, readLine);
  return (chunk) => {
    for (let from = 0; from < chunk.length;) {
      if (waiting !== null) {
        from = fill(chunk, from);
        continue;
      }
      // One line at a time: what follows it may be no line.
      const end = chunk.indexOf(0x0a, from);
      const to = end < 0 ? chunk.length : end + 1;
      lines(chunk.toString("latin1", from, to));
      from = to;
    }
  };
}
