import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * How the command line finds the running Chancery of a data folder. Holds database passwords of the
 * application and of the role for backups, which are new at each start: mode 0600.
 */
export type RunFile = Readonly<{
  pid: number;
  runDir: string;
  databaseUrl: string;
  /** For backups of the embedded database: a role that reads every table and writes none. */
  backupUrl?: string;
  /** Where the signer remembers what it signed. Earlier versions did not write it. */
  signerFolder?: string;
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
