import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "./root.mjs";

/** The file of an installed package's command. Run it with process.execPath, not by its `#!` line. */
export const bin = (name) => join(root, "node_modules", ".bin", name);

/** Thrown when a program failed; its output is in `output`. */
class RunFailed extends Error {}

/**
 * The environment of a tool that builds or installs: nothing of what the operator set for Chancery
 * itself, since install scripts and build plug-ins are other people's code.
 */
export function toolEnvironment(extra = {}, from = process.env) {
  const kept = Object.entries(from).filter(
    ([name]) => !/^(CHANCERY_|DATABASE_|NEXTAUTH_|NODE_OPTIONS$|NODE_ENV$)/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    NEXT_TELEMETRY_DISABLED: "1",
    CHECKPOINT_DISABLE: "1",
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
    ...extra,
  };
}

/**
 * Runs a program in the clone, or in the folder `cwd`, to its end and returns what it printed;
 * throws RunFailed with that if it fails.
 */
export function run(command, args, { env = toolEnvironment(), cwd = root, onText } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const printed = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        printed.push(chunk);
        onText?.(chunk.toString());
      });
    child.once("error", fail);
    child.once("close", (code, signal) => {
      const output = Buffer.concat(printed).toString();
      if (code === 0) return done(output);
      fail(
        Object.assign(new RunFailed(`${command} ${args.join(" ")} failed (${signal ?? code})`), {
          output,
        }),
      );
    });
  });
}
