import { ProofError } from "@/lib/log/pure/proof-error";

const newline = 10;
const maxLineBytes = 64 * 1024 * 1024;

/** Receives the line bytes[from:end]; bytes[end] is its newline. Valid until the call returns. */
export type LineHandler = (bytes: Buffer, from: number, end: number) => void;
export type LineSplitter = Readonly<{
  /** Emits every complete line; before that, calls `onPiece` with the bytes of all of them. */
  push: (piece: Uint8Array | string) => void;
  /** The last line, if it has no newline. */
  unfinished: () => Buffer;
  bytes: () => number;
}>;

/**
 * Splits chunks of a file into lines. Copies only lines that span chunks. Throws ProofError
 * `verify.not-an-export` for a line of more than 64 MiB.
 */
export function makeLineSplitter(
  onLine: LineHandler,
  onPiece: (bytes: Buffer, from: number, end: number) => void,
): LineSplitter {
  let carried: Buffer[] = [];
  let carriedLength = 0;
  let total = 0;
  const carry = (piece: Buffer): void => {
    if (carriedLength + piece.length > maxLineBytes)
      throw new ProofError(
        "verify.not-an-export",
        "The file is not an export: it has a line of more than 64 MiB.",
      );
    // Copied, because the reader of the file may reuse its buffer.
    carried.push(Buffer.from(piece));
    carriedLength += piece.length;
  };
  const split = (piece: Buffer, last: number): void => {
    onPiece(piece, 0, last + 1);
    for (let from = 0; from <= last;) {
      const end = piece.indexOf(newline, from);
      onLine(piece, from, end);
      from = end + 1;
    }
  };
  return {
    push: (input) => {
      let piece =
        typeof input === "string"
          ? Buffer.from(input)
          : Buffer.from(input.buffer, input.byteOffset, input.byteLength);
      total += piece.length;
      if (carriedLength > 0) {
        const first = piece.indexOf(newline);
        carry(first < 0 ? piece : piece.subarray(0, first + 1));
        if (first < 0) return;
        const line = Buffer.concat(carried);
        [carried, carriedLength] = [[], 0];
        split(line, line.length - 1);
        piece = piece.subarray(first + 1);
      }
      const last = piece.lastIndexOf(newline);
      if (last >= 0) split(piece, last);
      if (last + 1 < piece.length) carry(piece.subarray(last + 1));
    },
    unfinished: () => Buffer.concat(carried),
    bytes: () => total,
  };
}
