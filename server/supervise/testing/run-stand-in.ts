import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { findRepoRoot } from "@/lib/runtime-root";
import { readRunFile } from "@/lib/runtime-file";

/** A real supervisor over stand-ins for its children, as a process of its own. */
export interface StandIn {
  readonly pid: number;
  readonly output: () => string;
  readonly exited: Promise<number | null>;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Resolves when the output matches; rejects with the whole output if the process ends first. */
  readonly says: (pattern: RegExp) => Promise<void>;
}

/** Starts one on a data folder. `user` is a uid to run it as. */
export function runStandIn(
  dataFolder: string,
  settings: Record<string, string> = {},
  user?: number,
): StandIn {
  const root = findRepoRoot();
  const environment = {
    PATH: process.env.PATH,
    TMPDIR: process.env.TMPDIR,
    CHANCERY_DATA: dataFolder,
    ...settings,
  };
  const child = spawn(
    process.execPath,
    ["--import", "tsx", join(root, "server/supervise/testing/stand-in-main.ts")],
    {
      cwd: root,
      env: environment as unknown as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", "pipe"],
      ...(user === undefined ? {} : { uid: user, gid: user }),
    },
  );
  let output = "",
    ended = false;
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  const exited = new Promise<number | null>((done) =>
    child.once("close", (code) => {
      ended = true;
      done(code);
    }),
  );
  const says = async (pattern: RegExp) => {
    while (!pattern.test(output)) {
      if (ended) throw new Error(`It ended without saying ${pattern}:\n${output}`);
      await pause(20);
    }
  };
  return {
    pid: child.pid ?? 0,
    output: () => output,
    exited,
    signal: (signal) => void child.kill(signal),
    says,
  };
}

/** What the stand-ins noted, in order: "door ended". */
export function readEvents(dataFolder: string): string[] {
  const path = join(dataFolder, "events");
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

/** The pid that the latest life of a stand-in noted. */
export function pidOf(dataFolder: string, name: string): number {
  const started = readEvents(dataFolder)
    .filter((line) => line.startsWith(`${name} started `))
    .at(-1);
  return Number(started?.split(" ")[2]);
}

export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Waits until something holds; the test's own time limit is the end of patience. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(20);
}

/** The address that the application's role has now. */
export function appUrlOf(dataFolder: string): string {
  return readRunFile(dataFolder)?.databaseUrl ?? "";
}
