import { spawn } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { bundleScript } from "@/testing/bundle-script";
import type { ReadableClone } from "./readable-clone";
import { readRunFile } from "@/lib/runtime/run-file";

/** A real supervisor over stubs for its children, as a separate process. */
export interface StubbedSupervisor {
  readonly pid: number;
  readonly output: () => string;
  readonly exited: Promise<number | null>;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Resolves when the output matches; rejects with the whole output if the process ends first. */
  readonly says: (pattern: RegExp) => Promise<void>;
}

/** Starts one on a data folder, as another user too if that user has a clone to read. */
export function runStubbedSupervisor(
  dataFolder: string,
  settings: Record<string, string> = {},
  user?: number,
  { root, node }: Pick<ReadableClone, "root" | "node"> = {
    root: findRepoRoot(),
    node: process.execPath,
  },
): StubbedSupervisor {
  const environment = {
    PATH: process.env.PATH,
    TMPDIR: process.env.TMPDIR,
    CHANCERY_DATA: dataFolder,
    ...settings,
  };
  if (!existsSync(eventsOf(dataFolder))) clearEvents(dataFolder);
  const child = spawn(node, [bundleScript("testing/supervise/stub-main.ts", root)], {
    cwd: root,
    env: environment as unknown as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
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

/** What the stubs noted, in order: "gateway ended". */
export function readEvents(dataFolder: string): string[] {
  const path = eventsOf(dataFolder);
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

/** The file of the notes, empty: the stubs, who may each have a user, can write it. */
export function clearEvents(dataFolder: string): void {
  writeFileSync(eventsOf(dataFolder), "");
  chmodSync(eventsOf(dataFolder), 0o666);
}

const eventsOf = (dataFolder: string) => `${dataFolder}.events`;

/** The pid that the latest life of a stub noted. */
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
