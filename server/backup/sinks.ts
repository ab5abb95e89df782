import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { BackupError } from "./backup-error";

/** Where a backup is written, file by file. Nothing looks like a backup before `finish`. */
export type Sink = Readonly<{
  write: (path: string, bytes: Uint8Array) => Promise<void>;
  finish: () => Promise<void>;
  /** After an error: removes what was written. */
  abandon: () => void;
}>;

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * A folder that this user alone can read. It has another name until the backup is complete and on
 * disk. Throws BackupError if it exists already.
 */
export function makeFolderSink(folder: string): Sink {
  const target = resolve(folder);
  if (existsSync(target) && readdirSync(target).length > 0)
    throw new BackupError(
      `${target} exists already and is not empty. Name a folder that doesn't exist yet.`,
    );
  const unfinished = `${target}.unfinished-${process.pid}`;
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const folders = new Set<string>();
  return {
    write: async (path, bytes) => {
      const place = join(unfinished, path);
      if (!folders.has(dirname(place))) mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
      folders.add(dirname(place));
      const handle = await open(place, "wx", 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    finish: async () => {
      for (const one of [...folders, unfinished]) await syncFolder(one);
      renameSync(unfinished, target);
      await syncFolder(dirname(target));
    },
    abandon: () => rmSync(unfinished, { recursive: true, force: true }),
  };
}

const blockBytes = 512;

/** The header of a file in a tar archive (POSIX ustar), readable by its owner alone. */
function tarHeader(path: string, size: number, seconds: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, width: number) =>
    header.write(`${value.toString(8).padStart(width - 1, "0")}\0`, at, "latin1");
  header.write(path, 0, 100, "utf8");
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(seconds, 136, 12);
  header.fill(" ", 148, 156);
  header.write("0", 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

/** A tar archive on a stream. A cut off one has no manifest, which comes last. */
export function makeTarSink(stream: NodeJS.WritableStream, now: Date): Sink {
  let failure: Error | null = null;
  stream.on("error", (error) => {
    failure = error;
  });
  const send = async (bytes: Uint8Array): Promise<void> => {
    if (failure) throw failure;
    if (!stream.write(bytes)) await once(stream, "drain");
  };
  return {
    write: async (path, bytes) => {
      await send(tarHeader(path, bytes.length, Math.trunc(now.getTime() / 1_000)));
      await send(bytes);
      await send(Buffer.alloc((blockBytes - (bytes.length % blockBytes)) % blockBytes));
    },
    finish: () => send(Buffer.alloc(2 * blockBytes)),
    abandon: () => {},
  };
}

/** Passes everything on, and keeps path, size and digest of each file. */
export function makeDigestingSink(sink: Sink): Sink &
  Readonly<{
    files: () => { path: string; size: number; sha256: string }[];
  }> {
  const files: { path: string; size: number; sha256: string }[] = [];
  return {
    ...sink,
    write: async (path, bytes) => {
      files.push({
        path,
        size: bytes.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
      });
      await sink.write(path, bytes);
    },
    files: () => [...files],
  };
}
