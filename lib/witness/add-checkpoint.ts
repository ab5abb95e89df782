import type { Clock } from "@/lib/deps";
import { nodeLogCrypto } from "@/lib/log/node-crypto";
import { equalBytes, fromBase64, fromUtf8 } from "@/lib/log/pure/bytes";
import { parseCheckpoint, type Checkpoint } from "@/lib/log/pure/checkpoint";
import { cosignatureMessage, formatCosignature } from "@/lib/log/pure/cosignature";
import { emptyRoot } from "@/lib/log/pure/hashes";
import { parseNote, signatureLine, verifyNote, type NoteKey } from "@/lib/log/pure/note";
import { verifyConsistency } from "@/lib/log/pure/proof";
import { ProofError } from "@/lib/log/pure/proof-error";
import type { WitnessStore } from "./file-store";
import type { WitnessKey } from "./witness-key";

export type WitnessParts = Readonly<{
  key: WitnessKey;
  logs: ReadonlyMap<string, readonly NoteKey[]>;
  store: WitnessStore;
  clock: Clock;
}>;
export type WitnessAnswer = Readonly<{
  status: 200 | 400 | 403 | 404 | 409 | 422;
  type: string;
  body: string;
}>;

const MOST_PROOF_LINES = 63,
  HASH_BYTES = 32;
const plain = "text/plain; charset=utf-8",
  sizeType = "text/x.tlog.size";
const say = (status: WitnessAnswer["status"], words: string): WitnessAnswer => ({
  status,
  type: plain,
  body: `${words}\n`,
});

type Request = Readonly<{
  oldSize: number;
  path: readonly Uint8Array[];
  note: string;
  checkpoint: Checkpoint;
}>;

/**
 * Answers one add-checkpoint request (C2SP tlog-witness): cosigns what goes on from the checkpoint that was cosigned last, and remembers it
 * before the answer leaves. Never throws for what a client sends; throws AppError where the memory cannot be read or written.
 */
export async function addCheckpoint(parts: WitnessParts, body: Uint8Array): Promise<WitnessAnswer> {
  let request: Request;
  try {
    request = parseRequest(body);
  } catch (error) {
    if (error instanceof ProofError) return say(400, error.message);
    throw error;
  }
  const { checkpoint, note, oldSize } = request,
    keys = parts.logs.get(checkpoint.origin);
  if (keys === undefined)
    return say(404, `This witness does not know the log ${checkpoint.origin}.`);
  const signed = await signedBy(note, keys);
  if (typeof signed === "string") return say(403, signed);
  if (oldSize > checkpoint.size)
    return say(400, `The old size ${oldSize} is larger than the checkpoint's, ${checkpoint.size}.`);
  return parts.store.exchange(checkpoint.origin, (kept) => decide(parts, request, signed, kept));
}

/** What is to be kept, and the answer. Everything between reading and keeping happens here, for one request at a time. */
async function decide(
  parts: WitnessParts,
  request: Request,
  signed: readonly string[],
  kept: string | null,
): Promise<{ keep: string | null; result: WitnessAnswer }> {
  const { checkpoint, note, oldSize, path } = request,
    known = kept === null ? null : parseCheckpoint(kept),
    refuse = (result: WitnessAnswer) => ({ keep: null, result });
  const knownSize = known?.size ?? 0;
  if (oldSize !== knownSize) return refuse({ status: 409, type: sizeType, body: `${knownSize}\n` });
  const oldRoot = known?.root ?? emptyRoot;
  if (oldSize === checkpoint.size && !equalBytes(oldRoot, checkpoint.root))
    return refuse(say(409, `Another root was cosigned at size ${oldSize}: this log was forked.`));
  try {
    await verifyConsistency(nodeLogCrypto, {
      oldSize,
      oldRoot,
      newSize: checkpoint.size,
      newRoot: checkpoint.root,
      path,
    });
  } catch (error) {
    if (error instanceof ProofError) return refuse(say(422, error.message));
    throw error;
  }
  const { text } = parseNote(note),
    { key, sign } = parts.key,
    timestamp = Math.floor(parts.clock.now().getTime() / 1000);
  const line = signatureLine(
    key.name,
    key.keyId,
    formatCosignature({ timestamp, signature: sign(cosignatureMessage(timestamp, text)) }),
  );
  return {
    keep: `${text}\n${signed.join("")}${line}`,
    result: { status: 200, type: plain, body: line },
  };
}

/** The lines by which trusted keys signed it, or why it does not count. */
async function signedBy(
  note: string,
  keys: readonly NoteKey[],
): Promise<readonly string[] | string> {
  try {
    await verifyNote(nodeLogCrypto, note, keys);
  } catch (error) {
    if (error instanceof ProofError) return error.message;
    throw error;
  }
  return parseNote(note)
    .signatures.filter(({ name, keyId }) =>
      keys.some((key) => key.name === name && equalBytes(key.keyId, keyId)),
    )
    .map(({ name, keyId, signature }) => signatureLine(name, keyId, signature));
}

/** Throws ProofError for anything that is not written as the protocol has it. */
function parseRequest(body: Uint8Array): Request {
  const text = fromUtf8(body),
    cut = text.indexOf("\n\n");
  if (cut < 0) throw malformed("an empty line and a checkpoint are missing");
  const [first = "", ...proof] = text.slice(0, cut).split("\n"),
    note = text.slice(cut + 2);
  const old = /^old (0|[1-9][0-9]{0,15})$/.exec(first)?.[1];
  if (old === undefined || !Number.isSafeInteger(Number(old)))
    throw malformed(`it does not begin with "old SIZE"`);
  if (proof.length > MOST_PROOF_LINES)
    throw malformed(`its proof has ${proof.length} lines, at most ${MOST_PROOF_LINES} are read`);
  const path = proof.map(fromBase64);
  if (path.some((hash) => hash.length !== HASH_BYTES))
    throw malformed(`a hash of its proof does not have ${HASH_BYTES} bytes`);
  return { oldSize: Number(old), path, note, checkpoint: parseCheckpoint(note) };
}

const malformed = (what: string): ProofError =>
  new ProofError("witness.request", `This is not an add-checkpoint request: ${what}.`);
