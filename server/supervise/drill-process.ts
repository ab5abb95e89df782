import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Launch } from "./isolation/boundary";
import { makeSecretPipes } from "./secret-channel";

/** What the drill process reports: one line of JSON at a time, which the gateway reads. */
export type DrillProcess = Readonly<{
  launch: Launch;
  entries: number;
  /** An existing folder of the drill's user, given by a descriptor, in which it makes its own. */
  folder: Readonly<{ path: string; fd?: number }>;
  databaseUrl: string;
  /** The PostgreSQL that its user can read. */
  postgres: string;
  /** How far it gives way to other processes: 0 (not at all) to 19. */
  niceness: number;
  signal: AbortSignal;
}>;

const timeoutMs = 30 * 60_000;
const pipeFd = 3;

/**
 * Runs the drill process to its end and passes on its lines. It ends when its standard input
 * closes, and so also when this process is killed. Throws with the end of its output if it fails.
 */
export async function runDrillProcess(
  { launch, entries, folder, databaseUrl, postgres, niceness, signal }: DrillProcess,
  onLine: (line: string) => void,
): Promise<void> {
  const { PATH, TMPDIR } = process.env;
  const pipes = makeSecretPipes(pipeFd, { settings: { DATABASE_URL: databaseUrl } });
  const path = folder.fd === undefined ? folder.path : `/proc/self/fd/${pipeFd + 1}`;
  const child = spawn(
    launch.node,
    [...launch.execArgv, launch.file, String(entries), path, postgres, String(niceness)],
    {
      cwd: launch.cwd,
      ...launch.user,
      stdio: ["pipe", "pipe", "pipe", ...pipes.stdio, ...(folder.fd ? [folder.fd] : [])],
      env: {
        PATH,
        ...(TMPDIR ? { TMPDIR } : {}),
        NODE_ENV: "production",
        ...pipes.environment,
      } as unknown as NodeJS.ProcessEnv,
    },
  );
  pipes.send(child);
  const stop = (): void => void child.kill("SIGTERM");
  signal.addEventListener("abort", stop);
  const timer = setTimeout(stop, timeoutMs);
  let lastOutput = "";
  child.stdin?.on("error", () => {});
  child.stderr?.on("data", (chunk: Buffer) => {
    lastOutput = (lastOutput + chunk.toString()).slice(-500);
  });
  if (child.stdout) createInterface({ input: child.stdout }).on("line", onLine);
  try {
    const code = await new Promise<number | null>((done, fail) =>
      child.once("error", fail).once("close", done),
    );
    const reason = lastOutput.trim().split("\n").at(-1);
    if (code !== 0 && reason) throw new Error(reason);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
