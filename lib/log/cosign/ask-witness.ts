import { createHash } from "node:crypto";
import { toBase64 } from "../pure/bytes";
import { parseCheckpoint } from "../pure/checkpoint";
import { parseNote, signatureLine, verifyNote, type NoteKey } from "../pure/note";
import { ProofError } from "../pure/proof-error";
import { nodeLogCrypto } from "../node-crypto";

/** What a witness answered to add-checkpoint (C2SP tlog-witness). */
export type WitnessSays =
  | Readonly<{ kind: "cosigned"; line: string; timestamp: number }>
  /** It remembers another size than it was told. */
  | Readonly<{ kind: "size"; size: number }>
  /** `contradicts`: it says that what it remembers is not what this log now is. */
  | Readonly<{ kind: "refused"; why: string; contradicts: boolean }>;

type Place = Readonly<{ url: string; key: NoteKey }>;
type Ask = Readonly<{
  note: string;
  oldSize: number;
  path: readonly Uint8Array[];
  signal: AbortSignal;
}>;

const MOST_BYTES = 65_536;

/** Sends one checkpoint to one witness. Its answer counts only where it verifies. Throws what fetch throws if it cannot be reached. */
export async function askWitness(
  { url, key }: Place,
  { note, oldSize, path, signal }: Ask,
): Promise<WitnessSays> {
  const body = `old ${oldSize}\n${path.map((hash) => `${toBase64(hash)}\n`).join("")}\n${note}`;
  const response = await fetch(`${trimmed(url)}/add-checkpoint`, {
    method: "POST",
    body,
    signal,
    redirect: "error",
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
  const text = await readText(response);
  if (response.status === 200) return checkLines(note, text, key);
  const size =
    response.status === 409 && response.headers.get("content-type") === "text/x.tlog.size"
      ? /^(0|[1-9][0-9]{0,15})\n$/.exec(text)?.[1]
      : undefined;
  if (size !== undefined && Number(size) !== oldSize) return { kind: "size", size: Number(size) };
  return {
    kind: "refused",
    contradicts: response.status === 409 || response.status === 422,
    why: `it answered ${response.status}${meanings[response.status] ?? ""}${text.trim() === "" ? "" : `: ${printable(text)}`}`,
  };
}

const meanings: Readonly<Record<number, string>> = {
  400: " (it cannot read the request)",
  403: " (it does not accept the log's signature: has it the log's present key?)",
  404: " (it does not watch this log: tell it the log's key)",
  409: " (it remembers another tree of this size)",
  422: " (this log does not go on from what it remembers)",
  429: " (it is asked too often)",
};

/** The checkpoint that the witness cosigned last for this log, if the log's own key signed it; null where it has none, or none that counts. */
export async function askRemembered(
  { url }: Place,
  origin: string,
  logKey: NoteKey,
  signal: AbortSignal,
): Promise<string | null> {
  const hash = createHash("sha256").update(origin, "utf8").digest("hex");
  const response = await fetch(`${trimmed(url)}/${hash}/checkpoint`, { signal, redirect: "error" });
  const note = await readText(response);
  if (response.status !== 200) return null;
  try {
    await verifyNote(nodeLogCrypto, note, [logKey]);
    return parseCheckpoint(note).origin === origin ? note : null;
  } catch (error) {
    if (error instanceof ProofError) return null;
    throw error;
  }
}

const trimmed = (url: string): string => url.replace(/\/+$/, "");
const printable = (text: string): string =>
  text
    .trim()
    .replaceAll(/\p{C}+/gu, " ")
    .slice(0, 200);

async function readText(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > MOST_BYTES) throw new Error("its answer is too long");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** Puts the lines below the note, as the protocol suggests, and takes the one of the key that is known. */
async function checkLines(note: string, lines: string, key: NoteKey): Promise<WitnessSays> {
  try {
    const whole = `${parseNote(note).text}\n${lines}`,
      { signatures } = await verifyNote(nodeLogCrypto, whole, [key]);
    const own = parseNote(whole).signatures.find(
      ({ name, keyId }) => name === key.name && Buffer.compare(keyId, key.keyId) === 0,
    );
    if (own === undefined || signatures[0]?.timestamp === null || signatures[0] === undefined)
      return { kind: "refused", contradicts: false, why: "its answer holds no cosignature" };
    return {
      kind: "cosigned",
      line: signatureLine(own.name, own.keyId, own.signature),
      timestamp: signatures[0].timestamp,
    };
  } catch (error) {
    if (error instanceof ProofError)
      return {
        kind: "refused",
        contradicts: false,
        why: `its answer does not verify: ${error.message}`,
      };
    throw error;
  }
}
