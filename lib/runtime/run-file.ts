import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * How the command line finds the running Chancery of a data folder. Holds the application's
 * database password: mode 0600.
 */
export type RunFile = Readonly<{
  pid: number;
  runDir: string;
  databaseUrl: string;
  host: string;
  httpPort: number;
  httpsPort: number;
  mtlsPort: number;
  publicUrl: string;
  startedAt: string;
  /** The data folder that it was written for; earlier versions did not write it. */
  folder?: Readonly<{ id: string; path: string }>;
  /** What keeps the processes apart; earlier versions did not write it. */
  boundary?: Readonly<{ kind: string; text: string }>;
  /** The processes of Chancery that became ready, and the Node.js that each runs on. */
  processes: readonly RunningProcess[];
}>;

export type RunningProcess = Readonly<{ name: string; pid: number; node: string }>;

const pathOf = (dataFolder: string) => join(dataFolder, "run.json");

export function writeRunFile(dataFolder: string, content: RunFile): void {
  const unfinished = `${pathOf(dataFolder)}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, pathOf(dataFolder));
}

/** Null when no Chancery runs there, or none that ended without cleaning up. */
export function readRunFile(dataFolder: string): RunFile | null {
  try {
    return JSON.parse(readFileSync(pathOf(dataFolder), "utf8")) as RunFile;
  } catch {
    return null;
  }
}

export function removeRunFile(dataFolder: string): void {
  rmSync(pathOf(dataFolder), { force: true });
}
