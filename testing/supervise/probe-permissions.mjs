// What Node.js lets code do in one of Chancery's processes, whatever the operating system would let
// it: prints "open" for what it could do, otherwise the code of the error.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

const require = createRequire("/");
const file = join(tmpdir(), `chancery-probe-${process.pid}`);
const result = {};
async function attempt(what, work) {
  try {
    await work();
    result[what] = "open";
  } catch (error) {
    result[what] = error.code ?? error.name;
  }
}

await attempt("a file of the system", () => readFileSync("/etc/passwd"));
await attempt("what the system says of it", () => readFileSync("/proc/self/status"));
await attempt("the source of the program", () => readFileSync("/proc/self/cwd/lib/runtime/env.ts"));
await attempt("a new file", () => {
  writeFileSync(file, "");
  rmSync(file);
});
await attempt("another program", () => execFileSync("/bin/true"));
await attempt("another Node.js", () => execFileSync("/proc/self/exe", ["--version"]));
await attempt(
  "a worker",
  () =>
    new Promise((done, fail) => {
      new Worker("", { eval: true }).once("exit", done).once("error", fail);
    }),
);
await attempt("a signal", () => process.kill(process.pid, 0));
await attempt("a database file", () => {
  const { DatabaseSync } = require("node:sqlite");
  new DatabaseSync(file).close();
  rmSync(file, { force: true });
});
await attempt("the inspector", () => {
  const inspector = require("node:inspector");
  inspector.open(0, "127.0.0.1");
  inspector.close();
});
process.stdout.write(JSON.stringify(result));
