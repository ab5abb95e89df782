import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createGunzip } from "node:zlib";
import { UsageError } from "@/cli/command";

const chunkBytes = 1024 * 1024;

/**
 * Reads a file in chunks and decompresses it if it is gzip; "-" is standard input. Throws UsageError
 * if it cannot be read.
 */
export async function* readChunks(file: string): AsyncGenerator<Uint8Array> {
  const source =
    file === "-" ? process.stdin : createReadStream(file, { highWaterMark: chunkBytes });
  try {
    let isFirst = true;
    let unpack: ReturnType<typeof createGunzip> | null = null;
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

/** Reads a small file. Throws UsageError if it cannot be read. */
export function readFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** Reads a verifier key, given as text or as the name of a file. */
export const readKey = (value: string): string =>
  (value.includes("+") && !existsSync(value) ? value : readFile(value).toString("utf8")).trim();
