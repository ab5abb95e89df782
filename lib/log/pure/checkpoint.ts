import { fromBase64, toBase64 } from "./bytes";
import { HASH_BYTES } from "./hashes";
import { parseNote } from "./note";
import { ProofError } from "./proof-error";

/** A log's statement about itself: this many entries, this root (C2SP tlog-checkpoint). */
export type Checkpoint = Readonly<{
  origin: string;
  size: number;
  root: Uint8Array;
  extensions: readonly string[];
}>;

const bad = (message: string): never => {
  throw new ProofError("checkpoint.form", message);
};

/** The text of a checkpoint, which is then signed. Throws ProofError `checkpoint.form`. */
export function formatCheckpoint({
  origin,
  size,
  root,
}: Readonly<{ origin: string; size: number; root: Uint8Array }>): string {
  if (!/^[^\s\p{Cc}]+$/u.test(origin)) bad(`"${origin}" cannot be the origin of a log.`);
  if (!Number.isSafeInteger(size) || size < 0) bad(`${size} cannot be the size of a log.`);
  if (root.length !== HASH_BYTES) bad(`A root has ${HASH_BYTES} bytes, not ${root.length}.`);
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Reads the text of a checkpoint, without signatures. Throws ProofError `checkpoint.form`. */
export function parseCheckpointBody(body: string): Checkpoint {
  const lines = body.split("\n"),
    [origin, size, root, ...extensions] = lines;
  if (lines.pop() !== "" || lines.length < 3 || lines.includes(""))
    return bad("A checkpoint is the origin, the size and the root, each in a line.");
  if (!/^(0|[1-9][0-9]*)$/.test(size!) || !Number.isSafeInteger(Number(size)))
    bad(`"${size!.slice(0, 40)}" cannot be the size of a log.`);
  const hash = fromBase64(root!);
  if (hash.length !== HASH_BYTES) bad(`A root has ${HASH_BYTES} bytes, not ${hash.length}.`);
  return { origin: origin!, size: Number(size), root: hash, extensions: extensions.slice(0, -1) };
}

/** Reads a signed checkpoint; its signatures are NOT checked here (verifyCheckpoint does). Throws ProofError `note.form`, `checkpoint.form`. */
export const parseCheckpoint = (noteText: string): Checkpoint =>
  parseCheckpointBody(parseNote(noteText).text);
