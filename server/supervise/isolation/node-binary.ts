import { spawnSync } from "node:child_process";
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";

/**
 * The Node.js that the processes run on. `isClosed` means that its users can execute but not read
 * it. Linux then lets no other process of the same user read or trace a process that runs it, and
 * writes no core file of it.
 */
export type NodeBinary = Readonly<{ path: string; isClosed: boolean }>;

/**
 * Closes the pinned Node.js in `.cache/node`, which belongs to this clone, to readers; of any other
 * Node.js it makes a copy there once. Where neither is permitted, the running one is used as it is.
 */
export function prepareNodeBinary(
  root: string,
  running: Readonly<{ path: string; version: string }> = {
    path: process.execPath,
    version: process.version,
  },
): NodeBinary {
  if (process.platform !== "linux") return { path: running.path, isClosed: false };
  const folder = join(root, ".cache", "node");
  let { path } = running;
  try {
    if (!isInside(folder, path)) path = copyOnce(path, running.version, folder);
    if (!isClosed(path)) chmodSync(path, closedMode());
  } catch {
    // A clone that this user may not write to: its installer decides.
  }
  // A file system may forbid programs.
  if (path !== running.path && !starts(path)) path = running.path;
  return { path, isClosed: isClosed(path) };
}

/**
 * Runs this program again, in the same process, on the closed Node.js: for the supervisor of an
 * ordinary user, whose memory holds every secret, and who may have started on a Node.js that the
 * user can read. Returns where that isn't needed or possible.
 */
export function runOnClosedNode(root: string, program: string): void {
  if (process.platform !== "linux" || isRoot() || isClosed(process.execPath)) return;
  const { path, isClosed: canHelp } = prepareNodeBinary(root);
  if (!canHelp || process.env[triedVariable] === "1") return;
  const args = [
    path,
    "--disable-sigusr1",
    "--enable-source-maps",
    program,
    ...process.argv.slice(2),
  ];
  process.removeAllListeners("warning"); // of execve, which is new
  process.execve?.(path, args, { ...process.env, [triedVariable]: "1" });
}

const triedVariable = "CHANCERY_ON_CLOSED_NODE";
const starts = (path: string): boolean =>
  spawnSync(path, ["--version"], { stdio: "ignore", timeout: 10_000 }).status === 0;

const closedMode = (): number => (isRoot() ? 0o711 : 0o111);
const isRoot = (): boolean => process.getuid?.() === 0;

function isInside(folder: string, path: string): boolean {
  if (!existsSync(folder)) return false;
  return !relative(realpathSync(folder), realpathSync(path)).startsWith("..");
}

/** Root reads everything: what counts is whether others, who the processes run as, can. */
function isClosed(path: string): boolean {
  if (isRoot()) return (statSync(path).mode & 0o044) === 0;
  try {
    accessSync(path, constants.R_OK);
    return false;
  } catch {
    return true;
  }
}

function copyOnce(source: string, version: string, folder: string): string {
  const { size, mtimeMs } = statSync(source);
  const name = `copy-${version}-${size}-${Math.floor(mtimeMs)}`;
  const target = join(folder, name, "bin", basename(source));
  if (existsSync(target)) return target;
  const unfinished = `${target}.${process.pid}`;
  mkdirSync(dirname(target), { recursive: true });
  try {
    copyFileSync(source, unfinished);
    chmodSync(unfinished, closedMode());
    renameSync(unfinished, target);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return target;
}
