import { sha256Hex } from "@/lib/format/hash";
import { toBase64 } from "@/lib/log/pure/bytes";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { type NoteKey, parseNote, signatureLine, verifyNote } from "@/lib/log/pure/note";
import { isProofError } from "@/lib/log/pure/proof-error";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";

/** A witness's response to add-checkpoint (C2SP tlog-witness). */
export type AddCheckpointResponse =
  | Readonly<{ kind: "cosigned"; line: string; timestamp: number }>
  /** The witness holds a checkpoint of this size, not of the one that the request named. */
  | Readonly<{ kind: "size"; size: number }>
  /** `contradicts`: the witness claims that the checkpoint does not extend the one it holds. */
  | Readonly<{ kind: "refused"; reason: string; contradicts: boolean }>;

type WitnessEndpoint = Readonly<{ url: string; key: NoteKey }>;
type AddCheckpointRequest = Readonly<{
  note: string;
  oldSize: number;
  path: readonly Uint8Array[];
  signal: AbortSignal;
}>;

const maxResponseBytes = 65_536;

/**
 * Submits a checkpoint to a witness (add-checkpoint) and verifies the cosignature that it returns.
 * Throws what fetch throws if the witness cannot be reached.
 */
export async function submitCheckpoint(
  { url, key }: WitnessEndpoint,
  { note, oldSize, path, signal }: AddCheckpointRequest,
): Promise<AddCheckpointResponse> {
  const body = `old ${oldSize}\n${path.map((hash) => `${toBase64(hash)}\n`).join("")}\n${note}`;
  const response = await fetch(`${trimSlashes(url)}/add-checkpoint`, {
    method: "POST",
    body,
    signal,
    redirect: "error",
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
  const text = await readText(response);
  if (response.status === 200) return verifyCosignature(note, text, key);
  const size =
    response.status === 409 && response.headers.get("content-type") === "text/x.tlog.size"
      ? /^(0|[1-9][0-9]{0,15})\n$/.exec(text)?.[1]
      : undefined;
  if (size !== undefined && Number(size) !== oldSize) return { kind: "size", size: Number(size) };
  return {
    kind: "refused",
    contradicts: response.status === 409 || response.status === 422,
    reason: `it answered ${response.status}${statusExplanations[response.status] ?? ""}${text.trim() === "" ? "" : `: ${printable(text)}`}`,
  };
}

const statusExplanations: Readonly<Record<number, string>> = {
  400: " (malformed request)",
  403: " (it rejected the log's signature; check that it has the log's current key)",
  404: " (it does not watch this log; add the log's key to it)",
  409: " (it holds a different tree of this size)",
  422: " (the checkpoint does not extend the one that it holds)",
  429: " (too many requests)",
};

/**
 * The last checkpoint of this log that the witness cosigned, if the log's own key signed it; null
 * if there is none.
 */
export async function fetchCosignedCheckpoint(
  { url }: WitnessEndpoint,
  origin: string,
  logKey: NoteKey,
  signal: AbortSignal,
): Promise<string | null> {
  const hash = sha256Hex(origin);
  const response = await fetch(`${trimSlashes(url)}/${hash}/checkpoint`, {
    signal,
    redirect: "error",
  });
  const note = await readText(response);
  if (response.status !== 200) return null;
  try {
    await verifyNote(nodeLogCrypto, note, [logKey]);
    return parseCheckpoint(note).origin === origin ? note : null;
  } catch (error) {
    if (isProofError(error)) return null;
    throw error;
  }
}

const trimSlashes = (url: string): string => url.replace(/\/+$/, "");
const printable = (text: string): string =>
  text
    .trim()
    .replaceAll(/\p{C}+/gu, " ")
    .slice(0, 200);

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxResponseBytes) throw new Error("its response is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Appends the returned lines to the note, as the protocol suggests, and verifies the known key's. */
async function verifyCosignature(
  note: string,
  lines: string,
  key: NoteKey,
): Promise<AddCheckpointResponse> {
  try {
    const whole = `${parseNote(note).text}\n${lines}`;
    const { signatures } = await verifyNote(nodeLogCrypto, whole, [key]);
    const own = parseNote(whole).signatures.find(
      ({ name, keyId }) => name === key.name && Buffer.compare(keyId, key.keyId) === 0,
    );
    if (own === undefined || signatures[0]?.timestamp === null || signatures[0] === undefined)
      return {
        kind: "refused",
        contradicts: false,
        reason: "its response contains no cosignature",
      };
    return {
      kind: "cosigned",
      line: signatureLine(own.name, own.keyId, own.signature),
      timestamp: signatures[0].timestamp,
    };
  } catch (error) {
    if (isProofError(error))
      return {
        kind: "refused",
        contradicts: false,
        reason: `its cosignature is invalid: ${error.message}`,
      };
    throw error;
  }
}
