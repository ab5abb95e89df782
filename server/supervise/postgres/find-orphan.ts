import { readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const PATIENCE = { fast: 20_000, immediate: 5_000, killed: 5_000 };

/** What a server wrote about itself in its data folder; null when it wrote nothing usable. */
export function readPostmasterPid(folder: string): { pid: number; socketFolder: string } | null {
  try {
    const lines = readFileSync(join(folder, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 1 ? { pid, socketFolder: (lines[4] ?? "").trim() } : null;
  } catch {
    return null;
  }
}

/** True only for a PostgreSQL that works in exactly this folder: a pid alone may long belong to somebody else. */
export function isServerOf(pid: number, folder: string): boolean {
  try {
    if (!basename(readlinkSync(`/proc/${pid}/exe`)).startsWith("postgres")) return false;
    const theirs = statSync(`/proc/${pid}/cwd`),
      ours = statSync(folder);
    return theirs.dev === ours.dev && theirs.ino === ours.ino;
  } catch {
    return false;
  }
}

/**
 * Ends the server that an earlier Chancery left behind on this folder, and clears a lock file that names a dead or
 * foreign process. The caller holds the data folder's lock, so nobody alive still uses that server.
 */
export async function stopOrphan(
  folder: string,
  options = { keepSocketFolder: false },
): Promise<"none" | "stopped" | "crashed"> {
  const found = readPostmasterPid(folder);
  const alive = found !== null && isServerOf(found.pid, folder);
  if (alive) await endServer(found.pid, () => isServerOf(found.pid, folder));
  if (!options.keepSocketFolder && found?.socketFolder.includes("chancery-pg-"))
    rmSync(found.socketFolder, { recursive: true, force: true });
  rmSync(join(folder, "postmaster.pid"), { force: true });
  if (alive) return "stopped";
  return found === null ? "none" : "crashed";
}

async function endServer(pid: number, isAlive: () => boolean): Promise<void> {
  const steps = [
    ["SIGINT", PATIENCE.fast],
    ["SIGQUIT", PATIENCE.immediate],
    ["SIGKILL", PATIENCE.killed],
  ] as const;
  for (const [signal, patience] of steps) {
    process.kill(pid, signal);
    for (let waited = 0; waited < patience; waited += 20) {
      if (!isAlive()) return;
      await pause(20);
    }
  }
  throw new Error(
    `An earlier PostgreSQL (process ${pid}) still runs on the data folder and does not end. End it, then start again.`,
  );
}
