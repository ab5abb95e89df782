import { createHash } from "node:crypto";
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
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";

/** The signed notes that the signer must never contradict: one file an origin, outside the database, so that restoring the database restores none of them. */
export type Memory = Readonly<{
  folder: string;
  /** The note of that origin as it lies there, or null if there is none. Throws `signer.memory-unreadable`. */
  read: (origin: string) => string | null;
  /** Returns after the note and its name are on the disk. Throws `signer.memory-unwritable`. */
  write: (origin: string, note: string) => void;
  /** Every note, the one written last is last. Throws `signer.memory-unreadable`: one that cannot be read is not passed over. */
  all: () => string[];
}>;

const ENDING = ".checkpoint";
const fileOf = (origin: string): string =>
  createHash("sha256").update(origin).digest("hex") + ENDING;
const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

/** What is remembered cannot be told, so nothing may be signed: the message says how to mend it. */
export function memoryUnreadable(path: string, why: string): AppError {
  const mend =
    "Put the file back from a backup, or write into it the newest checkpoint of this log that you trust (its note, as /log/checkpoint gave it). Do not just remove it: it is what keeps a restored database from contradicting what was signed.";
  return new AppError(
    "signer.memory-unreadable",
    `The signer signs no checkpoint, because it cannot tell what it signed last: ${path} ${why}. ${mend}`,
    { kind: "unavailable" },
  );
}

function readNote(path: string): string | null {
  let note: string;
  try {
    note = readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw memoryUnreadable(path, `cannot be read (${reasonOf(error)})`);
  }
  let origin: string;
  try {
    ({ origin } = parseCheckpoint(note));
  } catch (error) {
    throw memoryUnreadable(path, `holds no checkpoint (${reasonOf(error)})`);
  }
  if (!path.endsWith(fileOf(origin)))
    throw memoryUnreadable(path, `holds the checkpoint of another log, ${origin}`);
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

/** Whole or not at all, whatever happens meanwhile: written beside it, flushed, and then renamed. */
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

/** The memory in this folder, which is made (mode 0700) with the first note. */
export function makeMemory(folder: string): Memory {
  const pathOf = (origin: string): string => join(folder, fileOf(origin));
  const names = (): string[] => {
    try {
      return readdirSync(folder).filter((name) => name.endsWith(ENDING));
    } catch (error) {
      if (isMissing(error)) return [];
      throw memoryUnreadable(folder, `cannot be read (${reasonOf(error)})`);
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
          `The signer signs no checkpoint, because it cannot write down that it did (${folder}: ${reasonOf(error)}). Make room there, or make it writable for the user that Chancery runs as.`,
          { kind: "unavailable", cause: error },
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
