import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readRunFile, type RunFile } from "@/lib/runtime/run-file";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { type Api, apiOf } from "../_chancery";
import { type ProcessorTime, readProcessorTime } from "./_processor-time";

/** A running Chancery of one of the two builds. */
export type Build = Readonly<{
  /** `old` or `new`. */
  age: "old" | "new";
  label: string;
  url: string;
  mtlsPort: number;
  token: string;
  api: Api;
  processorTime: () => ProcessorTime;
  /** Waits until all that was recorded is numbered, published and indexed. Returns the entries. */
  untilQuiet: () => Promise<number>;
  stop: () => Promise<void>;
}>;

/** Both builds, started alike: the commit that the command line names, and this clone. */
export async function startBuilds(): Promise<readonly [old: Build, current: Build]> {
  const [, , folder, commit] = process.argv;
  if (folder === undefined || commit === undefined)
    throw new Error("Run this with npm run bench -- NAME --against COMMIT.");
  const old = await startBuild("old", commit, folder);
  try {
    return [old, await startBuild("new", "this clone", findRepoRoot())];
  } catch (error) {
    await old.stop();
    throw error;
  }
}

async function startBuild(age: Build["age"], label: string, root: string): Promise<Build> {
  const dataFolder = mkdtempSync(join(tmpdir(), `chancery-bench-${age}-`));
  const supervisor = startSupervisor(root, dataFolder);
  const stop = async (): Promise<void> => {
    await supervisor.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  };
  try {
    const { httpPort, mtlsPort } = await untilReady(dataFolder, supervisor.hasEnded);
    const url = `http://localhost:${httpPort}`;
    const token = createToken(root, dataFolder);
    return {
      age,
      label,
      url,
      mtlsPort,
      token,
      api: apiOf({ url, token }),
      processorTime: () => readProcessorTime(supervisor.pid),
      untilQuiet: () => untilQuiet(url),
      stop,
    };
  } catch (error) {
    process.stderr.write(supervisor.output());
    await stop();
    throw error;
  }
}

const environmentOf = (dataFolder: string): NodeJS.ProcessEnv => ({
  NODE_ENV: "production",
  PATH: process.env.PATH,
  CHANCERY_DATA: dataFolder,
});

function startSupervisor(root: string, dataFolder: string) {
  let output = "";
  const child = spawn(process.execPath, [join(root, "dist", "supervise.mjs")], {
    cwd: root,
    env: {
      ...environmentOf(dataFolder),
      CHANCERY_HTTP_PORT: "0",
      CHANCERY_HTTPS_PORT: "0",
      CHANCERY_MTLS_PORT: "0",
      CHANCERY_ADMIN_EMAIL: "admin@example.com",
      CHANCERY_ADMIN_PASSWORD: randomBytes(16).toString("hex"),
      CHANCERY_ORGANIZATION: "Example",
      CHANCERY_LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (hasEnded()) return;
    child.kill("SIGTERM");
    await once(child, "close");
  };
  return { pid: child.pid ?? 0, hasEnded, stop, output: () => output };
}

function createToken(root: string, dataFolder: string): string {
  const command = ["token", "create", "--role", "admin", "--name", "benchmark"];
  const printed = execFileSync(process.execPath, [join(root, "dist", "cli.mjs"), ...command], {
    cwd: root,
    env: environmentOf(dataFolder),
    encoding: "utf8",
  });
  return printed.trim();
}

/** Ports are 0 in the run file until the gateway listens on those that it got. */
async function untilReady(dataFolder: string, hasEnded: () => boolean): Promise<RunFile> {
  for (const end = Date.now() + 120_000; Date.now() < end && !hasEnded();) {
    const running = readRunFile(dataFolder);
    if (running !== null && running.httpPort > 0) {
      const answer = await fetch(`http://localhost:${running.httpPort}/readyz`).catch(() => null);
      if (answer?.ok) return running;
    }
    await pause(100);
  }
  throw new Error("Chancery did not become ready.");
}

async function untilQuiet(url: string): Promise<number> {
  for (let before = -1; ;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const metric = (name: string): number =>
      Number(new RegExp(`^${name} (\\d+)`, "m").exec(text)?.[1]);
    const entries = metric("chancery_log_entries");
    const waiting =
      metric("chancery_log_backlog_entries") + metric("chancery_log_index_lag_entries");
    if (waiting === 0 && entries === before) return entries;
    before = entries;
    await pause(300);
  }
}
