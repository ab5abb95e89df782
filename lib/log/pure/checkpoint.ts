import { fromBase64, toBase64 } from "./bytes";
import { hashBytes } from "./hashes";
import { parseNote } from "./note";
import { ProofError } from "./proof-error";

/** A log's statement of its size and root hash (C2SP tlog-checkpoint). */
export type Checkpoint = Readonly<{
  origin: string;
  size: number;
  root: Uint8Array;
  extensions: readonly string[];
}>;

const fail = (message: string): never => {
  throw new ProofError("checkpoint.form", message);
};

/** The body of a checkpoint, to be signed as a note. Throws ProofError `checkpoint.form`. */
export function formatCheckpoint({
  origin,
  size,
  root,
}: Readonly<{ origin: string; size: number; root: Uint8Array }>): string {
  if (!/^[^\s\p{Cc}]+$/u.test(origin)) fail(`"${origin}" is not a valid log origin.`);
  if (!Number.isSafeInteger(size) || size < 0) fail(`${size} is not a valid log size.`);
  if (root.length !== hashBytes) fail(`A root hash has ${hashBytes} bytes, not ${root.length}.`);
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Parses the body of a checkpoint, without signatures. Throws ProofError `checkpoint.form`. */
export function parseCheckpointBody(body: string): Checkpoint {
  const lines = body.split("\n");
  const [origin, size, root, ...extensions] = lines;
  if (lines.pop() !== "" || lines.length < 3 || lines.includes(""))
    return fail("A checkpoint consists of three lines: the origin, the size and the root hash.");
  if (!/^(0|[1-9][0-9]*)$/.test(size!) || !Number.isSafeInteger(Number(size)))
    fail(`"${size!.slice(0, 40)}" is not a valid log size.`);
  const hash = fromBase64(root!);
  if (hash.length !== hashBytes) fail(`A root hash has ${hashBytes} bytes, not ${hash.length}.`);
  return { origin: origin!, size: Number(size), root: hash, extensions: extensions.slice(0, -1) };
}

/**
 * Parses a signed checkpoint WITHOUT verifying its signatures (see verifyCheckpoint). Throws
 * ProofError `note.form`, `checkpoint.form`.
 */
export const parseCheckpoint = (noteText: string): Checkpoint =>
  parseCheckpointBody(parseNote(noteText).text);
