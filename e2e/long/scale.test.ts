import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findRepoRoot } from "@/lib/runtime/repo-root";

/** Runs a benchmark, which ends with 1 when it found something wrong; returns what it printed. */
function runBenchmark(name: string): Promise<Readonly<{ code: number | null; output: string }>> {
  const root = findRepoRoot();
  const file = join(root, `bench/${name}.ts`);
  const child = spawn(process.execPath, ["--import", "tsx", file, "--untimed"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (piece: Buffer) => {
      output += piece.toString();
    });
  return new Promise((done) => {
    child.once("close", (code) => done({ code, output }));
  });
}

test.each([
  [
    "log-healthy",
    "a million entries over restarts and changes of the leader verify, and raise no alarm",
  ],
  [
    "custody",
    "two hundred thousand requests raise an alert for each planted attack, and for nothing else",
  ],
])("%s: %s", async (name) => {
  const { code, output } = await runBenchmark(name);
  expect(code, output).toBe(0);
});
