import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createGunzip } from "node:zlib";
import { UsageError } from "../command";

const PIECE = 1024 * 1024;

/** A file in pieces, unpacked if it is gzip; "-" is standard input. Throws UsageError if it cannot be read. */
export async function* readPieces(file: string): AsyncGenerator<Uint8Array> {
  const source = file === "-" ? process.stdin : createReadStream(file, { highWaterMark: PIECE });
  try {
    let isFirst = true,
      unpack: ReturnType<typeof createGunzip> | null = null;
    for await (const piece of source as AsyncIterable<Buffer>) {
      if (isFirst && piece[0] === 0x1f && piece[1] === 0x8b) unpack = createGunzip();
      if (unpack) {
        yield* unpackAll(unpack, piece, source as AsyncIterable<Buffer>);
        return;
      }
      isFirst = false;
      yield piece;
    }
  } catch (error) {
    throw new UsageError(
      `${file === "-" ? "Standard input" : file} cannot be read: ${(error as Error).message}`,
    );
  }
}

async function* unpackAll(
  unpack: ReturnType<typeof createGunzip>,
  first: Buffer,
  rest: AsyncIterable<Buffer>,
): AsyncGenerator<Uint8Array> {
  const feed = async (): Promise<void> => {
    unpack.write(first);
    for await (const piece of rest)
      if (!unpack.write(piece)) await new Promise((done) => unpack.once("drain", done));
    unpack.end();
  };
  feed().catch((error: unknown) => unpack.destroy(error as Error));
  yield* unpack as AsyncIterable<Buffer>;
}

/** What a small file holds. Throws UsageError if it cannot be read. */
export function readSmall(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** A verifier key, given as text or as the name of a file that holds it. */
export const readKey = (said: string): string =>
  (said.includes("+") && !existsSync(said) ? said : readSmall(said).toString("utf8")).trim();
