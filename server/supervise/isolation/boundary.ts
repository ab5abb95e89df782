import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { ChildName } from "@/server/supervise/child-environment";
import { type NodeBinary, prepareNodeBinary } from "./node-binary";
import { type Sandbox, trySandbox } from "./sandbox";
import {
  processMark,
  type ProcessUser,
  type ProcessUsers,
  readProcessUsers,
  refuseStrangers,
} from "./process-users";

/** What keeps gateway and console from the signer's keys and memory (decision 18). */
export type Boundary = Readonly<{
  kind: "users" | "landlock" | "none";
  /** For the banner, run.json and `chancery doctor`. */
  text: string;
  /** A user for each process; null where all of them run as the user that started Chancery. */
  users: ProcessUsers | null;
  /** The program that puts gateway and console into a sandbox; null where there is none. */
  sandbox: Sandbox | null;
  /** How to start a program of the clone so that its user needs no rights on the way to it. */
  launch: (file: string, user?: ProcessUser) => Launch;
}>;

/** How a program is started: by these names after the working folder was entered. */
export type Launch = Readonly<{
  file: string;
  node: string;
  execArgv: readonly string[];
  cwd: string;
  /** The clone as that process names it. */
  root: string;
  user?: ProcessUser;
}>;

type BoundaryOptions = Readonly<{
  root: string;
  settings: NodeJS.ProcessEnv;
  childFiles: Readonly<Record<ChildName, string>>;
  dataFolder: string;
}>;

/**
 * The clone for a process that may not walk the path to it: the folder is entered first, and the
 * user changes then, so `/proc/self/cwd` is all that it ever needs.
 */
const enteredFolder = "/proc/self/cwd";
/**
 * No process opens an inspector when it gets SIGUSR1. What a request leaves is collected half as
 * often, for 32 MB of memory under load.
 */
const baseArgv = ["--disable-sigusr1", "--enable-source-maps", "--max-semi-space-size=32"];
/** Without these Node.js resolves `/proc/self/cwd` and walks the real path after all. */
const enteredArgv = [...baseArgv, "--preserve-symlinks", "--preserve-symlinks-main"];

/**
 * Started by root, each process gets its own user. Throws if another program runs as one of them.
 * For other users, and where users can't be changed or can't read the clone, gateway and console
 * get a sandbox. Where there is none either, the boundary is none, and the text says why.
 */
export async function chooseBoundary(options: BoundaryOptions): Promise<Boundary> {
  const node = prepareNodeBinary(options.root);
  if (process.platform !== "linux")
    return noBoundary(options.root, node, "Linux alone can separate them");
  if (process.getuid?.() !== 0) return sandboxed(options, node, "");
  const users = readProcessUsers(options.settings);
  await refuseStrangers(users);
  const launch = launchAsUser(options.root, node);
  const problem = tryUser(options, launch, users.gateway);
  if (problem !== null) return sandboxed(options, node, `${problem}. `);
  const ids = Object.entries(users).map(([name, { uid }]) => `${name} ${uid}`);
  return {
    kind: "users",
    text: `a user for each process: ${ids.join(", ")}${node.isClosed ? "" : ". Their users can read their Node.js, so a crash could leave a core file"}`,
    users,
    sandbox: null,
    launch,
  };
}

/** One user for all processes, but gateway and console in a sandbox where the kernel has Landlock. */
function sandboxed({ root, dataFolder }: BoundaryOptions, node: NodeBinary, why: string): Boundary {
  const sandbox = { program: join(root, "dist", "sandbox.mjs"), node: node.path };
  const outcome = trySandbox(sandbox, root, dataFolder);
  if (typeof outcome === "string")
    return noBoundary(root, node, `${why}Landlock can't be used: ${outcome}`);
  const { abi, refusesSignals } = outcome;
  const limits = refusesSignals ? "" : ". They can send signals: that needs Linux 6.12";
  return {
    ...noBoundary(root, node, ""),
    kind: "landlock",
    text: `${why}one user, with the console and the gateway in a sandbox (Landlock ${abi})${limits}`,
    sandbox,
  };
}

const launchAsUser =
  (root: string, node: NodeBinary): Boundary["launch"] =>
  (file, user) => {
    const entered = (path: string): string => {
      const inside = relative(root, path);
      return inside.startsWith("..") ? path : join(enteredFolder, inside);
    };
    return {
      file: entered(file),
      node: entered(node.path),
      execArgv: enteredArgv,
      cwd: root,
      root: enteredFolder,
      ...(user ? { user } : {}),
    };
  };

/** All processes run as the user that started Chancery. */
export function noBoundary(root: string, node: NodeBinary, why: string): Boundary {
  return {
    kind: "none",
    text: `none (${why}): processes share one user, so code running in the console or the gateway could read the keys`,
    users: null,
    sandbox: null,
    launch: (file) => ({ file, node: node.path, execArgv: baseArgv, cwd: root, root }),
  };
}

/** Starts Node.js as that user and has it read what the processes read. Returns what is wrong. */
function tryUser(
  { root, childFiles }: BoundaryOptions,
  launch: Boundary["launch"],
  user: ProcessUser,
): string | null {
  const { node, cwd } = launch(root, user);
  const files = [
    ...Object.values(childFiles).map((file) => launch(file).file),
    ...[".next/BUILD_ID", "package.json", "node_modules/pg/package.json"]
      .filter((path) => existsSync(join(root, path)))
      .map((path) => join(enteredFolder, path)),
  ];
  const script =
    "for (const path of process.argv.slice(1, -1)) require('node:fs').accessSync(path, 4);";
  const { error, status, stderr } = spawnSync(
    node,
    ["--disable-sigusr1", "--eval", script, ...files, processMark("gateway")],
    { ...user, cwd, env: {} as NodeJS.ProcessEnv, encoding: "utf8", timeout: 30_000 },
  );
  if (error)
    return `a process can't be started as user ${user.uid}: ${(error as NodeJS.ErrnoException).code ?? error.message}`;
  if (status === 0) return null;
  const path = /'\/proc\/self\/cwd\/(.*?)'/.exec(stderr)?.[1];
  return `user ${user.uid} can't read ${path === undefined ? root : join(root, path)}. Run: chmod -R go+rX ${root}`;
}
