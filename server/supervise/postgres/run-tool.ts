import { spawn } from "node:child_process";
import { join } from "node:path";
import type { PostgresBinaries } from "./binaries";
import type { ServerUser } from "./run-as";

/**
 * The cluster is always referred to through the working directory, which is entered before
 * privileges are dropped: so the server runs even where its user cannot traverse the path, such as
 * a clone under /root.
 */
export const workingFolder = process.platform === "linux" ? "/proc/self/cwd" : ".";

/** The environment of PostgreSQL; inherits nothing, because ours may hold secrets. */
export const bareEnvironment = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
} as unknown as NodeJS.ProcessEnv;

/** The binaries, user and folder with which a PostgreSQL program runs. */
export type ToolContext = Readonly<{
  binaries: Pick<PostgresBinaries, "folder">;
  user: ServerUser;
  folder: string;
}>;

/** Runs `initdb` or `postgres --single` with `input` on stdin; an error includes its output. */
export async function runPostgresTool(
  place: ToolContext,
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
  child.stdin.on("error", () => {}); // the exit code says more than EPIPE
  child.stdin.end(input);
  const code = await new Promise<number | null>((done, fail) =>
    child.once("error", fail).once("close", done),
  );
  if (code !== 0)
    throw new Error(
      `${program} of PostgreSQL failed (${code ?? "killed"}): ${printed.join("").trim().slice(-2000)}`,
    );
}
