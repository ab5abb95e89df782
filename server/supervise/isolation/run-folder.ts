import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readRunFile } from "@/lib/runtime/run-file";
import { consoleSocket, signerSocket } from "@/lib/runtime/socket-paths";
import { folderIdentity, isOfAnother } from "@/server/supervise/folder-identity";
import { isListening } from "@/server/supervise/is-listening";
import type { ProcessUsers } from "./process-users";

const maxBaseBytes = 60; // a socket's full path may have 107 bytes

/**
 * The folder of the private sockets, in the temporary folder: a folder for each process that
 * listens. With a user for each process, the group of the processes can enter them, and no one else.
 */
export async function makeRunFolder(
  dataFolder: string,
  users: ProcessUsers | null,
): Promise<string> {
  await removeLeftover(dataFolder);
  const base = Buffer.byteLength(tmpdir()) > maxBaseBytes ? "/tmp" : tmpdir();
  const runDir = mkdtempSync(join(base, "chancery-run-"));
  if (users) chmodSync(runDir, 0o711);
  for (const [path, name] of [
    [signerSocket(runDir), "signer"],
    [consoleSocket(runDir), "console"],
  ] as const) {
    const folder = dirname(path);
    mkdirSync(folder, { mode: 0o700 });
    if (!users) continue;
    chownSync(folder, users[name].uid, users[name].gid);
    chmodSync(folder, 0o750);
  }
  return runDir;
}

/**
 * What a killed run left. The run file of a copied data folder names the sockets of the original:
 * they are left alone, as is everything that somebody listens on.
 */
async function removeLeftover(dataFolder: string): Promise<void> {
  const left = readRunFile(dataFolder);
  if (left === null || isOfAnother(left.folder, folderIdentity(dataFolder))) return;
  if (/\/chancery-run-\w+$/.test(left.runDir) && !(await isListening(left.runDir)))
    rmSync(left.runDir, { recursive: true, force: true });
}
