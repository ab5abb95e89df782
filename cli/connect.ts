import { join, resolve } from "node:path";
import type { Deps } from "@/lib/runtime/deps";
import { getDeps } from "@/lib/runtime/get-deps";
import { isLoopbackName } from "@/lib/net/address";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { readRunFile, type RunFile } from "@/lib/runtime/run-file";
import { UsageError } from "./command";

/**
 * The data folder that a command works on: CHANCERY_DATA, or `data` in the clone, independent of
 * the working directory.
 */
export function dataFolder(): string {
  return process.env.CHANCERY_DATA
    ? resolve(process.env.CHANCERY_DATA)
    : join(findRepoRoot(), "data");
}

/** The Chancery that runs on the data folder, or null. Ignores the run file of a dead process. */
export function findRunning(): RunFile | null {
  const runFile = readRunFile(dataFolder());
  if (!runFile) return null;
  try {
    process.kill(runFile.pid, 0);
    return runFile;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? runFile : null;
  }
}

/** Points this process at the running Chancery, so that `getDeps` opens its database and signer. */
export function connectToRunning(): void {
  const running = findRunning();
  if (running) {
    process.env.DATABASE_URL ??= running.databaseUrl;
    process.env.CHANCERY_RUN_DIR ??= running.runDir;
    process.env.CHANCERY_PUBLIC_URL ??= running.publicUrl;
  }
  process.env.CHANCERY_DATA ??= dataFolder();
}

/** Where people open the console: plain HTTP on this machine, HTTPS from others. */
export function consoleAddress(): string {
  const running = findRunning();
  const host = running?.host ?? "localhost";
  const isWildcard = host === "0.0.0.0" || host === "::";
  if (running === null || isLoopbackName(host) || isWildcard)
    return `http://localhost:${running?.httpPort ?? 3000}`;
  return `https://${host.includes(":") ? `[${host}]` : host}:${running.httpsPort}`;
}

/** The dependencies of the running Chancery. Throws UsageError if none is running. */
export function getRunningDeps(): Deps {
  if (!process.env.DATABASE_URL)
    throw new UsageError(
      `No Chancery is running on ${dataFolder()}. Start it with npm start, or set CHANCERY_DATA to its data folder.`,
    );
  return getDeps();
}
