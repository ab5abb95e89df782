import type { Clock } from "@/lib/runtime/clock";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { equalBytes, fromBase64, fromUtf8 } from "@/lib/log/pure/bytes";
import { parseCheckpoint, type Checkpoint } from "@/lib/log/pure/checkpoint";
import { cosignatureMessage, formatCosignature } from "@/lib/log/pure/cosignature";
import { emptyRoot } from "@/lib/log/pure/hashes";
import { parseNote, signatureLine, verifyNote, type NoteKey } from "@/lib/log/pure/note";
import { verifyConsistency } from "@/lib/log/pure/verify-proof";
import { ProofError, isProofError } from "@/lib/log/pure/proof-error";
import type { WitnessStore } from "./file-store";
import type { WitnessKey } from "./witness-key";

export type WitnessDeps = Readonly<{
  key: WitnessKey;
  logs: ReadonlyMap<string, readonly NoteKey[]>;
  store: WitnessStore;
  clock: Clock;
}>;
export type WitnessResponse = Readonly<{
  status: 200 | 400 | 403 | 404 | 409 | 422;
  type: string;
  body: string;
}>;

const maxProofLines = 63;
const hashBytes = 32;
const textType = "text/plain; charset=utf-8";
const sizeType = "text/x.tlog.size";
const textResponse = (status: WitnessResponse["status"], message: string): WitnessResponse => ({
  status,
  type: textType,
  body: `${message}\n`,
});

type Request = Readonly<{
  oldSize: number;
  path: readonly Uint8Array[];
  note: string;
  checkpoint: Checkpoint;
}>;

/**
 * Handles an add-checkpoint request (C2SP tlog-witness): cosigns a checkpoint that extends the last
 * cosigned one, and stores it before responding. Never throws because of what a client sends; throws
 * AppError if the store cannot be read or written.
 */
export async function addCheckpoint(
  parts: WitnessDeps,
  body: Uint8Array,
): Promise<WitnessResponse> {
  let request: Request;
  try {
    request = parseRequest(body);
  } catch (error) {
    if (isProofError(error)) return textResponse(400, error.message);
    throw error;
  }
  const { checkpoint, note, oldSize } = request;
  const keys = parts.logs.get(checkpoint.origin);
  if (keys === undefined)
    return textResponse(404, `This witness does not watch the log ${checkpoint.origin}.`);
  const signed = await trustedSignatures(note, keys);
  if (typeof signed === "string") return textResponse(403, signed);
  if (oldSize > checkpoint.size)
    return textResponse(
      400,
      `The old size ${oldSize} is larger than the checkpoint's size ${checkpoint.size}.`,
    );
  return parts.store.exchange(checkpoint.origin, (stored) =>
    decide(parts, request, signed, stored),
  );
}

/** Decides what to store and how to respond; runs for one request per log at a time. */
async function decide(
  parts: WitnessDeps,
  request: Request,
  signed: readonly string[],
  kept: string | null,
): Promise<{ keep: string | null; result: WitnessResponse }> {
  const { checkpoint, note, oldSize, path } = request;
  const latest = kept === null ? null : parseCheckpoint(kept);
  const refuse = (result: WitnessResponse) => ({ keep: null, result });
  const latestSize = latest?.size ?? 0;
  if (oldSize !== latestSize)
    return refuse({ status: 409, type: sizeType, body: `${latestSize}\n` });
  const oldRoot = latest?.root ?? emptyRoot;
  if (oldSize === checkpoint.size && !equalBytes(oldRoot, checkpoint.root))
    return refuse(
      textResponse(409, `A different root was cosigned at size ${oldSize}: this log was forked.`),
    );
  try {
    await verifyConsistency(nodeLogCrypto, {
      oldSize,
      oldRoot,
      newSize: checkpoint.size,
      newRoot: checkpoint.root,
      path,
    });
  } catch (error) {
    if (isProofError(error)) return refuse(textResponse(422, error.message));
    throw error;
  }
  const { text } = parseNote(note);
  const { key, sign } = parts.key;
  const timestamp = Math.floor(parts.clock.now().getTime() / 1000);
  const line = signatureLine(
    key.name,
    key.keyId,
    formatCosignature({ timestamp, signature: sign(cosignatureMessage(timestamp, text)) }),
  );
  return {
    keep: `${text}\n${signed.join("")}${line}`,
    result: { status: 200, type: textType, body: line },
  };
}

/** The signature lines of trusted keys, or why the note is rejected. */
async function trustedSignatures(
  note: string,
  keys: readonly NoteKey[],
): Promise<readonly string[] | string> {
  try {
    await verifyNote(nodeLogCrypto, note, keys);
  } catch (error) {
    if (isProofError(error)) return error.message;
    throw error;
  }
  return parseNote(note)
    .signatures.filter(({ name, keyId }) =>
      keys.some((key) => key.name === name && equalBytes(key.keyId, keyId)),
    )
    .map(({ name, keyId, signature }) => signatureLine(name, keyId, signature));
}

/** Parses a request. Throws ProofError if it does not conform to the protocol. */
function parseRequest(body: Uint8Array): Request {
  const text = fromUtf8(body);
  const cut = text.indexOf("\n\n");
  if (cut < 0) throw malformedError("the empty line and the checkpoint are missing");
  const [first = "", ...proof] = text.slice(0, cut).split("\n");
  const note = text.slice(cut + 2);
  const old = /^old (0|[1-9][0-9]{0,15})$/.exec(first)?.[1];
  if (old === undefined || !Number.isSafeInteger(Number(old)))
    throw malformedError(`it does not start with "old SIZE"`);
  if (proof.length > maxProofLines)
    throw malformedError(`its proof has ${proof.length} lines; the maximum is ${maxProofLines}`);
  const path = proof.map(fromBase64);
  if (path.some((hash) => hash.length !== hashBytes))
    throw malformedError(`a hash of its proof does not have ${hashBytes} bytes`);
  return { oldSize: Number(old), path, note, checkpoint: parseCheckpoint(note) };
}

const malformedError = (what: string): ProofError =>
  new ProofError("witness.request", `This is not an add-checkpoint request: ${what}.`);
