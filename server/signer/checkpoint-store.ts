import { sha256Hex } from "@/lib/format/hash";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { AppError } from "@/lib/errors/app-error";
import { errorMessage } from "@/lib/errors/error-message";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";

/**
 * The last signed checkpoint of each log, which the signer must never contradict: one file per log
 * origin, outside the database, so that restoring the database does not restore them (decision 11).
 */
export type CheckpointStore = Readonly<{
  folder: string;
  /** The note of that origin, or null if there is none. Throws `signer.memory-unreadable`. */
  read: (origin: string) => string | null;
  /** Returns after the note and its name are on disk. Throws `signer.memory-unwritable`. */
  write: (origin: string, note: string) => void;
  /** Every note, the latest last. Throws `signer.memory-unreadable` if any cannot be read. */
  all: () => string[];
}>;

const extension = ".checkpoint";
const fileOf = (origin: string): string => sha256Hex(origin) + extension;
const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

/** The last signed checkpoint is unknown, so nothing may be signed. The message says how to fix it. */
export function unreadableCheckpoint(path: string, why: string): AppError {
  const fix =
    "Restore the file from a backup, or write the newest checkpoint of this log that you trust into it (the note from /log/checkpoint). Do not just delete it: it prevents a restored database from contradicting what was signed.";
  return new AppError(
    "signer.memory-unreadable",
    `The signer can't sign checkpoints, because it does not know which one it signed last: ${path} ${why}. ${fix}`,
  );
}

function readNote(path: string): string | null {
  let note: string;
  try {
    note = readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw unreadableCheckpoint(path, `can't be read (${errorMessage(error)})`);
  }
  let origin: string;
  try {
    ({ origin } = parseCheckpoint(note));
  } catch (error) {
    throw unreadableCheckpoint(path, `does not contain a checkpoint (${errorMessage(error)})`);
  }
  if (!path.endsWith(fileOf(origin)))
    throw unreadableCheckpoint(path, `contains the checkpoint of another log, ${origin}`);
  return note;
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Replaces a file atomically: writes a new file next to it, flushes and renames it. */
function replaceFile(folder: string, path: string, text: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if ((statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700);
  const unfinished = `${path}.new`,
    handle = openSync(unfinished, "w", 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(unfinished, path);
  syncFolder(folder);
}

/** The store in this folder, which is created (mode 0700) with the first note. */
export function makeCheckpointStore(folder: string): CheckpointStore {
  const pathOf = (origin: string): string => join(folder, fileOf(origin));
  const names = (): string[] => {
    try {
      return readdirSync(folder).filter((name) => name.endsWith(extension));
    } catch (error) {
      if (isMissing(error)) return [];
      throw unreadableCheckpoint(folder, `can't be read (${errorMessage(error)})`);
    }
  };
  return {
    folder,
    read: (origin) => readNote(pathOf(origin)),
    write: (origin, note) => {
      try {
        replaceFile(folder, pathOf(origin), note);
      } catch (error) {
        throw new AppError(
          "signer.memory-unwritable",
          `The signer can't sign checkpoints, because it can't save them (${folder}: ${errorMessage(error)}). Free disk space there, or make the folder writable for the user that Chancery runs as.`,
          { cause: error },
        );
      }
    },
    all: () =>
      names()
        .map((name) => join(folder, name))
        .map((path) => ({
          note: readNote(path),
          at: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0,
        }))
        .sort((left, right) => left.at - right.at)
        .flatMap(({ note }) => (note === null ? [] : [note])),
  };
}
