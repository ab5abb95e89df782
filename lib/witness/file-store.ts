import { sha256Hex } from "@/lib/format/hash";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Random } from "@/lib/runtime/clock";
import { AppError } from "@/lib/errors/app-error";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { toHex } from "@/lib/log/pure/bytes";

/** Stores the last cosigned checkpoint of each log. */
export type WitnessStore = Readonly<{
  read: (origin: string) => string | null;
  /**
   * Updates one log atomically: `update` receives the stored checkpoint and returns the new one
   * (`keep`; null for no change), which is on disk when this resolves. Updates of a log are
   * serialized, also with other processes on the same folder; `update` may be called again.
   */
  exchange: <T>(
    origin: string,
    update: (stored: string | null) => Promise<Readonly<{ keep: string | null; result: T }>>,
  ) => Promise<T>;
}>;

const versionName = /^[1-9][0-9]{0,14}$/;
const maxAttempts = 20;

/** The name of a log's folder: the SHA-256 of its origin in lowercase hex, as in protocol URLs. */
export const originHash = (origin: string): string => sha256Hex(origin);

/**
 * Stores each log's checkpoint in a separate folder, in the file with the highest number. Only one
 * process can create the file of a number.
 */
export function makeFileStore(folder: string, random: Random): WitnessStore {
  const queues = new Map<string, Promise<unknown>>();
  const exchangeOnce = async <T>(
    origin: string,
    update: Parameters<WitnessStore["exchange"]>[1],
  ): Promise<T> => {
    const logFolder = join(folder, originHash(origin));
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const { newest, note } = readNewest(logFolder, origin);
      const { keep, result } = await update(note);
      if (keep === null || writeVersion(logFolder, newest, keep, toHex(random.bytes(8))))
        return result as T;
    }
    throw new AppError(
      "witness.busy",
      "Another process keeps updating this log. Try again in a moment.",
    );
  };
  return {
    read: (origin) => readNewest(join(folder, originHash(origin)), origin).note,
    exchange: <T>(origin: string, update: Parameters<WitnessStore["exchange"]>[1]) => {
      const next = (queues.get(origin) ?? Promise.resolve()).then(() =>
        exchangeOnce<T>(origin, update),
      );
      const settled = next.catch(() => {});
      queues.set(origin, settled);
      return next;
    },
  };
}

function listVersions(logFolder: string): number[] {
  try {
    return readdirSync(logFolder)
      .filter((name) => versionName.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function readNewest(logFolder: string, origin: string): { newest: number; note: string | null } {
  for (let attempt = 0; ; attempt += 1) {
    const newest = listVersions(logFolder).at(-1);
    if (newest === undefined) return { newest: 0, note: null };
    try {
      return { newest, note: readNote(logFolder, newest, origin) };
    } catch (error) {
      // Another process may have replaced the file between listing and reading.
      if (attempt >= maxAttempts || listVersions(logFolder).at(-1) === newest) throw error;
    }
  }
}

/** Throws if the file is damaged: continuing without it would mean to cosign anything. */
function readNote(logFolder: string, number: number, origin: string): string {
  const path = join(logFolder, String(number));
  try {
    const note = readFileSync(path, "utf8");
    if (parseCheckpoint(note).origin === origin) return note;
  } catch (error) {
    throw new AppError(
      "witness.state-damaged",
      `The checkpoint that this witness stored for ${origin} is damaged (${path}). Restore the file from a backup, or start a new witness with a new key.`,
      { cause: error },
    );
  }
  throw new AppError("witness.state-damaged", `${path} does not belong to the log ${origin}.`);
}

/** False if another process created the number first, so the decision is based on old state. */
function writeVersion(logFolder: string, newest: number, note: string, suffix: string): boolean {
  mkdirSync(logFolder, { recursive: true, mode: 0o700 });
  const unfinished = join(logFolder, `new-${suffix}`);
  const path = join(logFolder, String(newest + 1));
  writeAndSync(unfinished, note);
  try {
    linkSync(unfinished, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(unfinished, { force: true });
  }
  syncFolder(logFolder);
  const numbers = listVersions(logFolder);
  // The number was only free again if a higher one exists; then this update came too late.
  if (numbers.at(-1) !== newest + 1) {
    rmSync(path, { force: true });
    return false;
  }
  for (const older of numbers.filter((number) => number <= newest))
    rmSync(join(logFolder, String(older)), { force: true });
  return true;
}

function writeAndSync(path: string, text: string): void {
  const handle = openSync(path, "wx", 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
