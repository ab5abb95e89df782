import { ProofError } from "../pure/proof-error";

const NEWLINE = 10,
  LONGEST = 64 * 1024 * 1024;

/** A line is bytes[from:end]; bytes[end] is its newline. The bytes are only good until the function returns. */
export type OnLine = (bytes: Buffer, from: number, end: number) => void;
export type LineSplitter = Readonly<{
  /** Gives every line that is complete; `onPiece` sees the bytes of all of them before. */
  push: (piece: Uint8Array | string) => void;
  /** The last line, if it does not end in a newline. */
  rest: () => Buffer;
  bytes: () => number;
}>;

/** Cuts pieces of a file into lines without copying, but for lines that lie across pieces. Throws ProofError `verify.not-an-export` for a line of more than 64 MiB. */
export function makeLineSplitter(
  onLine: OnLine,
  onPiece: (bytes: Buffer, from: number, end: number) => void,
): LineSplitter {
  let carried: Buffer[] = [],
    carriedLength = 0,
    total = 0;
  const carry = (piece: Buffer): void => {
    if (carriedLength + piece.length > LONGEST)
      throw new ProofError(
        "verify.not-an-export",
        "A line of this file is longer than 64 MiB: it is no export.",
      );
    // A copy: whoever reads the file may use its buffer again.
    carried.push(Buffer.from(piece));
    carriedLength += piece.length;
  };
  const split = (piece: Buffer, last: number): void => {
    onPiece(piece, 0, last + 1);
    for (let from = 0; from <= last;) {
      const end = piece.indexOf(NEWLINE, from);
      onLine(piece, from, end);
      from = end + 1;
    }
  };
  return {
    push: (said) => {
      let piece =
        typeof said === "string"
          ? Buffer.from(said)
          : Buffer.from(said.buffer, said.byteOffset, said.byteLength);
      total += piece.length;
      if (carriedLength > 0) {
        const first = piece.indexOf(NEWLINE);
        carry(first < 0 ? piece : piece.subarray(0, first + 1));
        if (first < 0) return;
        const line = Buffer.concat(carried);
        [carried, carriedLength] = [[], 0];
        split(line, line.length - 1);
        piece = piece.subarray(first + 1);
      }
      const last = piece.lastIndexOf(NEWLINE);
      if (last >= 0) split(piece, last);
      if (last + 1 < piece.length) carry(piece.subarray(last + 1));
    },
    rest: () => Buffer.concat(carried),
    bytes: () => total,
  };
}
