import type { CheckpointToSign } from "@/lib/deps";
import { AppError, isAppError } from "@/lib/errors/app-error";
import type { ErrorKind } from "@/lib/errors/app-error";
import { authorityKeyAlgorithms } from "@/lib/pki/types";
import type { AuthorityKeyAlgorithm } from "@/lib/pki/types";

/** What crosses the signer's socket: one JSON object a line, bytes in base64, times in milliseconds. */
export type SignerRequest =
  | Readonly<{ method: "ping" }>
  | Readonly<{ method: "createLogKey" | "remembered"; origin: string }>
  | Readonly<{ method: "rememberedAll" }>
  | (Readonly<{ method: "signCheckpoint" }> & CheckpointToSign)
  | Readonly<{ method: "createKey"; algorithm: AuthorityKeyAlgorithm }>
  | Readonly<{ method: "signCertificate"; certificateId: string }>
  | Readonly<{
      method: "signCrl";
      authorityId: string;
      shard: string;
      number: string;
      thisUpdate: number;
      nextUpdate: number;
    }>;

export type SignerAnswer = Readonly<{
  bytes?: readonly string[];
  error?: Readonly<{ code: string; message: string; kind: string }>;
}>;

const isText = (value: unknown): value is string =>
  typeof value === "string" && value.length <= 200;
const isInteger = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value);

/** Reads one line of a caller, strictly. Null if it is not a request. */
export function readRequest(line: string): { id: number; request: SignerRequest } | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const it = value as Record<string, unknown>,
    { id } = it;
  if (!isInteger(id)) return null;
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
    case "signCertificate": {
      const { certificateId } = it;
      return isText(certificateId)
        ? { id, request: { method: "signCertificate", certificateId } }
        : null;
    }
    case "signCrl":
      return readCrlRequest(id, it);
    default:
      return null;
  }
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
  const { authorityId, shard, number, thisUpdate, nextUpdate } = it;
  if (
    !isText(authorityId) ||
    !isText(shard) ||
    !isText(number) ||
    !isInteger(thisUpdate) ||
    !isInteger(nextUpdate) ||
    !/^\d{1,40}$/.test(number)
  )
    return null;
  return { id, request: { method: "signCrl", authorityId, shard, number, thisUpdate, nextUpdate } };
}

/** A consistency proof has at most 63 hashes for sizes that a number can hold (C2SP tlog-witness). */
const longestProof = 63;
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
  if (!Array.isArray(proof) || proof.length > longestProof || !proof.every(isHash)) return null;
  return { id, request: { method: "signCheckpoint", origin, size, rootHex, oldSize, proof } };
}

export function writeLine(id: number, body: SignerRequest | SignerAnswer): string {
  return `${JSON.stringify({ id, ...body })}\n`;
}

/** An error as it may leave the signer: expected refusals as they are, everything else without its text. */
export function errorForWire(error: unknown): SignerAnswer {
  if (isAppError(error))
    return { error: { code: error.code, message: error.message, kind: error.kind } };
  return {
    error: {
      code: "signer.failed",
      message: "The signer met an unexpected error; its own log says more.",
      kind: "unavailable",
    },
  };
}

const kinds: readonly ErrorKind[] = ["invalid", "not-found", "conflict", "unavailable"];

export function errorFromWire(error: NonNullable<SignerAnswer["error"]>): AppError {
  return new AppError(error.code, error.message, {
    kind: kinds.find((kind) => kind === error.kind) ?? "unavailable",
  });
}

/** Cuts a stream into lines without copying a long one again for each chunk. Throws when a line grows beyond `limit` characters. */
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
