import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ChildName } from "@/server/supervise/child-environment";
import { consoleSocket } from "@/lib/runtime/socket-paths";

/** What a process in the sandbox may use; every other path is refused (server/sandbox). */
export type SandboxPolicy = Readonly<{ read: readonly string[]; write: readonly string[] }>;

/** The wrapper, and the Node.js that it runs on and becomes. */
export type Sandbox = Readonly<{ program: string; node: string }>;

/** The system's libraries, certificates, names and time zones, and what Node.js asks about itself. */
const systemPaths = [
  "/usr",
  "/lib",
  "/lib64",
  "/etc/ssl",
  "/etc/pki",
  "/etc/resolv.conf",
  "/etc/hosts",
  "/etc/nsswitch.conf",
  "/etc/localtime",
  "/proc/self",
  "/proc/meminfo",
  "/proc/cpuinfo",
  "/proc/stat",
  "/proc/version",
  "/sys/fs/cgroup",
];

/** The parts of the clone that gateway and console run from. Never the clone: `data` is in it. */
const cloneParts = [
  "dist",
  "node_modules",
  "package.json",
  "prisma.config.ts",
  "public",
  ".next",
  "examples",
];

/** The policy of one process. The signer has none: it is what the others are kept from. */
export function sandboxPolicy(
  name: ChildName,
  place: Readonly<{ root: string; file: string; node: string; runDir: string }>,
  settings: NodeJS.ProcessEnv,
): SandboxPolicy | null {
  if (name === "signer") return null;
  const certificates = settings.NODE_EXTRA_CA_CERTS;
  return {
    read: [
      ...systemPaths,
      ...cloneParts.map((part) => join(place.root, part)),
      dirname(place.file),
      dirname(place.node),
      ...(certificates ? [certificates] : []),
    ],
    write: ["/dev/null", ...(name === "console" ? [dirname(consoleSocket(place.runDir))] : [])],
  };
}

/** The arguments with which Node.js runs a program in the sandbox. */
export const sandboxArgs = (
  { program, node }: Sandbox,
  policy: SandboxPolicy,
  inherited: Readonly<{ keep: readonly number[]; env: Readonly<Record<string, string>> }>,
  args: readonly string[],
): string[] => [program, JSON.stringify({ ...policy, ...inherited }), node, ...args];

/** `process.execve` is new in Node.js 24. */
export const sandboxArgv = ["--disable-sigusr1", "--disable-warning=ExperimentalWarning"];

/**
 * Tries the sandbox: a program in it must not be able to list `closed`. Returns the version of
 * Landlock and whether it also refuses signals, or why it doesn't work here.
 */
export function trySandbox(
  sandbox: Sandbox,
  root: string,
  closed: string,
): Readonly<{ abi: number; refusesSignals: boolean }> | string {
  if (!existsSync(sandbox.program)) return "the sandbox program isn't built";
  const place = { root, file: sandbox.program, node: sandbox.node, runDir: "" };
  const policy = sandboxPolicy("gateway", place, {} as NodeJS.ProcessEnv);
  if (policy === null) return "there is no policy";
  const args = ["--eval", trial, closed, String(process.pid)];
  const { status, stdout, stderr, error } = spawnSync(
    sandbox.node,
    [...sandboxArgv, ...sandboxArgs(sandbox, policy, { keep: [], env: {} }, args)],
    { cwd: root, env: {} as NodeJS.ProcessEnv, encoding: "utf8", timeout: 30_000 },
  );
  if (error) return error.message;
  if (status !== 0) return reasonOf(stderr);
  const { abi, folder, signal } = JSON.parse(stdout) as Record<string, string>;
  if (folder !== "EACCES") return "Landlock doesn't keep programs from files here";
  return { abi: Number(abi), refusesSignals: signal === "EPERM" };
}

const trial = `
  const attempt = (work) => { try { work(); return "open"; } catch (error) { return error.code; } };
  console.log(JSON.stringify({
    abi: process.env.CHANCERY_LANDLOCK,
    folder: attempt(() => require("node:fs").readdirSync(process.argv[1])),
    signal: attempt(() => process.kill(Number(process.argv[2]), 0)),
  }));`;

function reasonOf(stderr: string): string {
  if (/Cannot find (package|module) '?koffi/.test(stderr))
    return "the optional package koffi isn't installed";
  return /^sandbox: (.*)$/m.exec(stderr)?.[1] ?? (stderr.trim().split("\n").at(-1) || "unknown");
}
