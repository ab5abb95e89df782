import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Sets the limit for core files of this process, which its children inherit, to zero: a core holds
 * the memory, keys included. `tools/node` does it before Node.js starts; this is for other ways to
 * start. Returns whether no process will leave a core.
 */
export function forbidCoreFiles(): boolean {
  if (coreLimit() === "0") return true;
  if (process.platform !== "linux") return false;
  spawnSync("prlimit", ["--core=0:0", "--pid", String(process.pid)], { stdio: "ignore" });
  return coreLimit() === "0";
}

function coreLimit(): string | undefined {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    return /^Max core file size\s+(\S+)/m.exec(limits)?.[1];
  } catch {
    return undefined; // not Linux, or a process that may not read about itself
  }
}
