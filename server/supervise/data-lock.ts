import {
  linkSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readRunFile } from "@/lib/runtime/run-file";
import { type FolderIdentity, folderIdentity, isOfAnother } from "./folder-identity";

/**
 * The process that holds a data folder, as written to the lock file. A pid alone proves nothing: it
 * is reused, and it means nothing in another container.
 */
type LockHolder = Readonly<{
  pid: number;
  started: string;
  /** See `pidNamespace`. */
  world: string;
  /** The folder that is locked; a copy of the lock file locks nothing. Earlier versions wrote none. */
  folder?: FolderIdentity;
}>;

/** Held until `release`, or until the process exits. */
export type DataLock = Readonly<{
  release: () => void;
  /** The folder that this one is a copy of, as far as its files show. */
  copiedFrom: string | null;
}>;

const heartbeatMs = 2_000,
  staleAfterMs = 6_000;

/** Thrown when a running Chancery uses the folder. */
export class DataFolderBusy extends Error {}

/**
 * Locks the data folder for this process, or throws DataFolderBusy. A lock whose process has exited
 * is taken over at once; one from another container or machine after six seconds without a
 * heartbeat.
 */
export async function lockDataFolder(dataFolder: string): Promise<DataLock> {
  const path = join(dataFolder, "lock"),
    own = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  const identity = folderIdentity(dataFolder);
  const copiedFrom = originalOf(dataFolder, identity, path);
  const text = JSON.stringify(describeSelf(identity));
  writeFileSync(own, text, { mode: 0o600 });
  try {
    while (!tryLink(own, path)) await clearStale(path, dataFolder, identity);
  } finally {
    rmSync(own, { force: true });
  }
  const timer = setInterval(() => touch(path), heartbeatMs);
  timer.unref();
  return {
    copiedFrom,
    release: () => {
      clearInterval(timer);
      if (readText(path) === text) rmSync(path, { force: true });
    },
  };
}

function tryLink(own: string, path: string): boolean {
  try {
    linkSync(own, path); // atomic: creates the name or fails
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Read before the lock is taken: a lock or a run file that was written for another folder. */
function originalOf(dataFolder: string, identity: FolderIdentity, path: string): string | null {
  const written = [parse(readText(path) ?? "")?.folder, readRunFile(dataFolder)?.folder];
  return written.find((one) => isOfAnother(one, identity))?.path ?? null;
}

async function clearStale(
  path: string,
  dataFolder: string,
  identity: FolderIdentity,
): Promise<void> {
  const text = readText(path);
  if (text === null) return;
  const holder = parse(text);
  const isCopied = isOfAnother(holder?.folder, identity);
  if (holder !== null && !isCopied && (await isAlive(holder, path))) {
    throw new DataFolderBusy(
      `Another Chancery (process ${holder.pid}) is running on ${dataFolder}. Stop it first, or give this one its own folder with CHANCERY_DATA.`,
    );
  }
  removeStale(path, text);
}

/** Renames before removing: if another process was faster, its lock is put back. */
function removeStale(path: string, expected: string): void {
  const aside = `${path}.stale.${randomBytes(4).toString("hex")}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readText(aside) !== expected) tryLink(aside, path);
  rmSync(aside, { force: true });
}

async function isAlive(holder: LockHolder, path: string): Promise<boolean> {
  if (holder.world === pidNamespace()) return startTimeOf(holder.pid) === holder.started;
  const before = modified(path);
  for (let waited = 0; waited < staleAfterMs; waited += 200) {
    await pause(200);
    if (modified(path) !== before) return true;
  }
  return false;
}

const describeSelf = (folder: FolderIdentity): LockHolder => ({
  pid: process.pid,
  started: startTimeOf(process.pid),
  world: pidNamespace(),
  folder,
});

/** Equal only for processes that see each other's pids: one boot, one pid namespace. */
function pidNamespace(): string {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return process.platform;
  }
}

/**
 * When the process started, in clock ticks since boot; "" if it does not exist. A zombie counts as
 * exited.
 */
function startTimeOf(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return fields[0] === "Z" ? "" : (fields[19] ?? "");
  } catch {
    return "";
  }
}

function parse(text: string): LockHolder | null {
  try {
    const holder = JSON.parse(text) as LockHolder;
    return typeof holder.pid === "number" && holder.started ? holder : null;
  } catch {
    return null;
  }
}

const modified = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // A deleted data folder is reported elsewhere, with a better message.
  }
}
