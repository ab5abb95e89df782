import { readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isListening } from "@/server/supervise/is-listening";

const timeoutsMs = { fast: 20_000, immediate: 5_000, killed: 5_000 };

/** Reads postmaster.pid, which a server writes into its data folder; null if there is none. */
export function readPostmasterPid(folder: string): { pid: number; socketFolder: string } | null {
  try {
    const lines = readFileSync(join(folder, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 1 ? { pid, socketFolder: (lines[4] ?? "").trim() } : null;
  } catch {
    return null;
  }
}

/** True only for a PostgreSQL server on exactly this folder: a pid alone may have been reused. */
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
 * Stops the server that an earlier Chancery left running on this folder, and removes a lock file
 * that names a dead or foreign process. The caller holds the data folder's lock, so no running
 * Chancery uses that server.
 */
export async function stopOrphan(
  folder: string,
  options = { keepSocketFolder: false },
): Promise<"none" | "stopped" | "crashed"> {
  const postmaster = readPostmasterPid(folder);
  const alive = postmaster !== null && isServerOf(postmaster.pid, folder);
  if (alive) await endServer(postmaster.pid, () => isServerOf(postmaster.pid, folder));
  // In a copied folder the file names the server and the sockets of the original.
  if (
    !options.keepSocketFolder &&
    postmaster?.socketFolder.includes("chancery-pg-") &&
    !(await isListening(postmaster.socketFolder))
  )
    rmSync(postmaster.socketFolder, { recursive: true, force: true });
  rmSync(join(folder, "postmaster.pid"), { force: true });
  if (alive) return "stopped";
  return postmaster === null ? "none" : "crashed";
}

async function endServer(pid: number, isAlive: () => boolean): Promise<void> {
  const steps = [
    ["SIGINT", timeoutsMs.fast],
    ["SIGQUIT", timeoutsMs.immediate],
    ["SIGKILL", timeoutsMs.killed],
  ] as const;
  for (const [signal, timeoutMs] of steps) {
    process.kill(pid, signal);
    for (let waited = 0; waited < timeoutMs; waited += 20) {
      if (!isAlive()) return;
      await pause(20);
    }
  }
  throw new Error(
    `A PostgreSQL of an earlier run (process ${pid}) still uses the data folder and does not stop. Stop it, then start again.`,
  );
}
