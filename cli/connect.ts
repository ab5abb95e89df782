import { join, resolve } from "node:path";
import { readRunFile, type RunFile } from "@/lib/runtime-file";
import { findRepoRoot } from "@/lib/runtime-root";

/** The data folder that a command works on: CHANCERY_DATA, or `data` in the clone whatever the current folder is. */
export function dataFolder(): string {
  return process.env.CHANCERY_DATA
    ? resolve(process.env.CHANCERY_DATA)
    : join(findRepoRoot(), "data");
}

/** The Chancery that runs on the data folder, or null. A file that a killed one left behind counts as none. */
export function findRunning(): RunFile | null {
  const found = readRunFile(dataFolder());
  if (!found) return null;
  try {
    process.kill(found.pid, 0);
    return found;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? found : null;
  }
}

/** Points this process at the running Chancery, so that lib/runtime opens its database and signer. */
export function connectToRunning(): void {
  const running = findRunning();
  if (running) {
    process.env.DATABASE_URL ??= running.databaseUrl;
    process.env.CHANCERY_RUN_DIR ??= running.runDir;
    process.env.CHANCERY_PUBLIC_URL ??= running.publicUrl;
  }
  process.env.CHANCERY_DATA ??= dataFolder();
}
