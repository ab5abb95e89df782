import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { findRepoRoot } from "@/lib/runtime/repo-root";
import { diskFolder } from "@/testing/temporary-folder";

/** The program as another user of this machine may read it. */
export type ReadableClone = Readonly<{ root: string; node: string; remove: () => void }>;

const needed = [
  ".next",
  "dist",
  "examples",
  "lib",
  "node_modules",
  "package.json",
  "prisma",
  "prisma.config.ts",
  "public",
  "server",
  "testing",
  "tools",
  "tsconfig.json",
];

/**
 * Where that user reads and runs this clone: the clone itself, or a copy if it is in a folder that
 * only its owner may enter, such as root's home. `remove` removes the copy.
 */
export function findReadableClone(uid: number | undefined): ReadableClone {
  const root = findRepoRoot();
  if (uid === undefined || canRead(uid, root))
    return { root, node: process.execPath, remove: () => {} };
  const folder = mkdtempSync(join(diskFolder(), "chancery-clone-"));
  chmodSync(folder, 0o755);
  copyClone(root, folder);
  const node = join(folder, "node");
  execFileSync("cp", [process.execPath, node]); // see ETXTBSY of execve(2)
  chmodSync(node, 0o755);
  return { root: folder, node, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function canRead(uid: number, root: string): boolean {
  const script = `require("node:fs").readFileSync(${JSON.stringify(join(root, "package.json"))})`;
  const options = { uid, gid: uid, cwd: "/" };
  return spawnSync(process.execPath, ["-e", script], options).status === 0;
}

/** Links, which take a second; copies where links cannot be made or would not be readable. */
function copyClone(root: string, folder: string): void {
  const from = needed.map((name) => join(root, name)).filter((path) => existsSync(path));
  const isOpenToAll = (statSync(join(root, "package.json")).mode & 0o004) !== 0;
  if (isOpenToAll && spawnSync("cp", ["-al", ...from, folder]).status === 0) return;
  execFileSync("cp", ["-a", ...from, folder]);
  execFileSync("chmod", ["-R", "a+rX", folder]);
}
