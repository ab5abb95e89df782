import { chmodSync, lchownSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { ProcessUser } from "./process-users";

/**
 * Makes a folder that belongs to this user alone, with everything in it: earlier versions filled it
 * as root. Never follows a link. Throws for a folder that others can enter and that isn't empty: it
 * is used for something else.
 */
export function makeOwnedFolder(path: string, owner: ProcessUser): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { mode } = lstatSync(path);
  if ((mode & 0o077) !== 0 && readdirSync(path).length > 0)
    throw new Error(
      `Other users can enter ${path}, and it isn't empty. If it is Chancery's alone, run: chmod 700 ${path}`,
    );
  giveTo(path, owner);
  chmodSync(path, 0o700);
}

function giveTo(path: string, owner: ProcessUser): void {
  const stats = lstatSync(path);
  if (stats.isDirectory()) for (const name of readdirSync(path)) giveTo(join(path, name), owner);
  if (stats.uid !== owner.uid) lchownSync(path, owner.uid, owner.gid);
}
