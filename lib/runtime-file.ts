import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How the command line finds the running Chancery of a data folder. Holds the application's database password: mode 0600. */
export interface RunFile {
  readonly pid: number;
  readonly runDir: string;
  readonly databaseUrl: string;
  readonly host: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly mtlsPort: number;
  readonly publicUrl: string;
  readonly startedAt: string;
}

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
