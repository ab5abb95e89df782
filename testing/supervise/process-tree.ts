import { readdirSync, readFileSync } from "node:fs";

/** A process as /proc shows it. */
export type Process = Readonly<{ pid: number; parent: number; command: string }>;

function read(pid: number): Process | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8"),
      command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? null : { pid, parent: Number(parent), command };
  } catch {
    return null; // it ended while we looked
  }
}

/** A process and everything below it, itself first. */
export function treeOf(pid: number): Process[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => read(Number(name)))
    .filter((one) => one !== null);
  const below = (parent: number): Process[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return [...all.filter((one) => one.pid === pid), ...below(pid)];
}

/**
 * `kill -9` for a process and everything below it, the top first so that nothing is started again.
 */
export function killTree(pid: number): Process[] {
  const tree = treeOf(pid);
  for (const one of tree) {
    try {
      process.kill(one.pid, "SIGKILL");
    } catch {
      // It ended with its parent.
    }
  }
  return tree;
}
