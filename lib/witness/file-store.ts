import { createHash } from "node:crypto";
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
import type { Random } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { parseCheckpoint } from "@/lib/log/pure/checkpoint";
import { toHex } from "@/lib/log/pure/bytes";

/** The last checkpoint that was cosigned, for each log. */
export type WitnessStore = Readonly<{
  read: (origin: string) => string | null;
  /**
   * One step for one log: `act` gets what is kept and says what to keep instead (null: nothing). What it says is on the disk when this
   * resolves. Steps of one log come one after another, in this process and beside any other on the same folder; `act` may run again.
   */
  exchange: <T>(
    origin: string,
    act: (kept: string | null) => Promise<Readonly<{ keep: string | null; result: T }>>,
  ) => Promise<T>;
}>;

const NAME = /^[1-9][0-9]{0,14}$/,
  MOST_TRIES = 20;

/** The folder of a log's origin: the lower-case hexadecimal SHA-256 of it, as in the protocol's addresses. */
export const originHash = (origin: string): string =>
  createHash("sha256").update(origin, "utf8").digest("hex");

/** Keeps each log's checkpoint in a folder of its own, as the file with the highest number; a number is taken by one process only. */
export function makeFileStore(folder: string, random: Random): WitnessStore {
  const queues = new Map<string, Promise<unknown>>();
  const step = async <T>(
    origin: string,
    act: Parameters<WitnessStore["exchange"]>[1],
  ): Promise<T> => {
    const place = join(folder, originHash(origin));
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const { newest, note } = readNewest(place, origin);
      const { keep, result } = await act(note);
      if (keep === null || put(place, newest, keep, toHex(random.bytes(8)))) return result as T;
    }
    throw new AppError("witness.busy", "Another process keeps changing what is kept here.", {
      kind: "unavailable",
    });
  };
  return {
    read: (origin) => readNewest(join(folder, originHash(origin)), origin).note,
    exchange: <T>(origin: string, act: Parameters<WitnessStore["exchange"]>[1]) => {
      const next = (queues.get(origin) ?? Promise.resolve()).then(() => step<T>(origin, act));
      const quiet = next.catch(() => {});
      queues.set(origin, quiet);
      return next;
    },
  };
}

function numbersIn(place: string): number[] {
  try {
    return readdirSync(place)
      .filter((name) => NAME.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function readNewest(place: string, origin: string): { newest: number; note: string | null } {
  for (let tries = 0; ; tries += 1) {
    const newest = numbersIn(place).at(-1);
    if (newest === undefined) return { newest: 0, note: null };
    try {
      return { newest, note: readNote(place, newest, origin) };
    } catch (error) {
      // Another process has gone on to the next number between the two looks.
      if (tries >= MOST_TRIES || numbersIn(place).at(-1) === newest) throw error;
    }
  }
}

/** Throws where the file is not what was written: to go on as if nothing were known would sign anything. */
function readNote(place: string, number: number, origin: string): string {
  const path = join(place, String(number));
  try {
    const note = readFileSync(path, "utf8");
    if (parseCheckpoint(note).origin === origin) return note;
  } catch (error) {
    throw new AppError(
      "witness.state-damaged",
      `What this witness remembers of ${origin} cannot be read (${path}). Put it back from a backup, or start a new witness with a new key.`,
      { kind: "unavailable", cause: error },
    );
  }
  throw new AppError("witness.state-damaged", `${path} is of another log than ${origin}.`, {
    kind: "unavailable",
  });
}

/** False: somebody else took the number first, so what was decided is decided on something old. */
function put(place: string, newest: number, note: string, word: string): boolean {
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const unfinished = join(place, `new-${word}`),
    path = join(place, String(newest + 1));
  writeFlushed(unfinished, note);
  try {
    linkSync(unfinished, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(unfinished, { force: true });
  }
  flushFolder(place);
  const numbers = numbersIn(place);
  // A number can only be free again because a higher one is there: then this one came too late.
  if (numbers.at(-1) !== newest + 1) {
    rmSync(path, { force: true });
    return false;
  }
  for (const older of numbers.filter((number) => number <= newest))
    rmSync(join(place, String(older)), { force: true });
  return true;
}

function writeFlushed(path: string, text: string): void {
  const handle = openSync(path, "wx", 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function flushFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
