import { spawn } from "node:child_process";
import { join } from "node:path";
import type { PostgresBinaries } from "./binaries";
import type { ServerUser } from "./run-as";

/**
 * A cluster is always named through the working folder. The folder is entered before the rights are dropped, so the
 * server runs even where its user may not walk the path, such as a clone under /root.
 */
export const workingFolder = process.platform === "linux" ? "/proc/self/cwd" : ".";

/** Nothing of our own environment reaches the database: it may hold secrets. */
export const bareEnvironment = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
} as unknown as NodeJS.ProcessEnv;

/** Where and as whom a program of PostgreSQL runs. */
export interface ToolPlace {
  readonly binaries: PostgresBinaries;
  readonly user: ServerUser;
  readonly folder: string;
}

/** Runs `initdb` or `postgres --single` to its end with `input` on stdin; what it printed is in the error if it fails. */
export async function runPostgresTool(
  place: ToolPlace,
  program: string,
  args: readonly string[],
  input = "",
): Promise<void> {
  const child = spawn(join(place.binaries.folder, "bin", program), args, {
    ...place.user,
    cwd: place.folder,
    env: bareEnvironment,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => printed.push(chunk.toString()));
  child.stdin.on("error", () => {}); // the exit code tells more than EPIPE
  child.stdin.end(input);
  const code = await new Promise<number | null>((done, fail) =>
    child.once("error", fail).once("close", done),
  );
  if (code !== 0)
    throw new Error(
      `${program} of PostgreSQL failed (${code ?? "killed"}): ${printed.join("").trim().slice(-2000)}`,
    );
}
