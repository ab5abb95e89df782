import { execFile } from "node:child_process";

/** The output and the exit code of a program. */
export type RunResult = Readonly<{ code: number; stdout: string; stderr: string; all: string }>;

// Far beyond what any takes: a drill runs at low priority, and the machine may be busy besides.
const timeoutMs = 600_000;

/**
 * Runs a program and returns its result, whatever the exit code. Throws only if it can't be started.
 */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      [...args],
      { cwd: options.cwd, env: options.env, maxBuffer: 64 << 20, timeout: timeoutMs },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code !== "number") {
          reject(new Error(`${command} ${args.join(" ")}: ${error?.message ?? ""}\n${stderr}`));
          return;
        }
        resolve({ code, stdout, stderr, all: `${stdout}${stderr}` });
      },
    );
    // A program that exits without reading its input breaks the pipe. Its output and its exit code
    // are the result.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
}

/** Runs a program and returns its standard output. Throws with all output if it fails. */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  options: Parameters<typeof run>[2] = {},
): Promise<string> {
  const { code, stdout, all } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${all}`);
  return stdout;
}
