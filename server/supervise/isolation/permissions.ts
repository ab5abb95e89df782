import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { consoleSocket } from "@/lib/runtime/socket-paths";
import type { ChildName } from "@/server/supervise/child-environment";

/** A process as it names its own files. */
type Place = Readonly<{
  /** The clone. */
  root: string;
  file: string;
  runDir: string;
  /** Certificates and keys that the database's URL names. */
  files: readonly string[];
}>;

const fileUrlParameters = ["sslrootcert", "sslcert", "sslkey"];

/** The files that the URL of a database names, which the driver reads. */
export function filesOfUrl(databaseUrl: string): string[] {
  const { searchParams } = new URL(databaseUrl);
  return fileUrlParameters.flatMap((name) => {
    const path = searchParams.get(name);
    return path !== null && path.startsWith("/") ? [path] : [];
  });
}

/** Node.js compares paths as text, after it has followed links: such as one to shared packages. */
function realPathOf(path: string): string[] {
  if (path.startsWith("/proc/self/") || !existsSync(path)) return [];
  const real = realpathSync(path);
  return real === path ? [] : [real];
}

/**
 * The arguments that put Node.js's permission model on gateway and console: they read their code,
 * write one socket, and start no process and no worker. The signer can't have it, because it
 * switches off fsync. A seat belt: the boundary is that of the operating system (decision 18).
 */
export function permissionArgv(name: ChildName, sourceFile: string, place: Place): string[] {
  if (name === "signer" || !existsSync(join(dirname(sourceFile), "harden.mjs"))) return [];
  const { root, file, runDir, files } = place;
  const dist = dirname(file);
  const harden = join(dist, "harden.mjs");
  const socket = consoleSocket(runDir);
  const read = [
    join(root, "node_modules"),
    ...realPathOf(join(root, "node_modules")),
    join(root, "package.json"),
    join(dist, "package.json"),
    `${file}.map`,
    harden,
    ...files,
    ...(name === "gateway"
      ? [join(root, "prisma.config.ts")]
      : [
          join(root, ".next"),
          join(root, "public"),
          join(root, "static"), // there is none, but Next looks for it
          join(root, "examples"),
          dirname(socket),
          socket,
        ]),
  ];
  return [
    "--no-experimental-sqlite",
    // Next compiles functions from text, so that only the gateway can do without.
    ...(name === "gateway" ? ["--disallow-code-generation-from-strings"] : []),
    "--permission",
    "--allow-addons",
    "--disable-warning=PERM0001",
    ...read.map((path) => `--allow-fs-read=${path}`),
    ...(name === "console" ? [`--allow-fs-write=${socket}`] : []),
    `--import=${harden}`,
  ];
}
