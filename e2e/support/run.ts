import { execFile } from "node:child_process";

/** What a program printed, and how it ended. */
export type Ran = Readonly<{ code: number; stdout: string; stderr: string; all: string }>;

const PATIENCE_MS = 60_000;

/** Runs a program to its end, whatever that is; the caller judges `code`. Throws only if it cannot be run at all. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Ran> {
  return new Promise((done, fail) => {
    const child = execFile(
      command,
      [...args],
      { cwd: options.cwd, env: options.env, maxBuffer: 64 << 20, timeout: PATIENCE_MS },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code !== "number") {
          fail(new Error(`${command} ${args.join(" ")}: ${error?.message ?? ""}\n${stderr}`));
          return;
        }
        done({ code, stdout, stderr, all: `${stdout}${stderr}` });
      },
    );
    // A program that ends without reading its input breaks the pipe; what it printed and its exit code tell how it went.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
}

/** The same, but anything other than success throws with everything that was printed. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: Parameters<typeof run>[2] = {},
): Promise<string> {
  const { code, stdout, all } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${all}`);
  return stdout;
}
