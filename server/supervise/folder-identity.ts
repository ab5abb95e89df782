import { realpathSync, statSync } from "node:fs";

/** What tells a folder from a copy of it, and the path that it had. */
export type FolderIdentity = Readonly<{ id: string; path: string }>;

/** The folder's identity: a copy has another one, wherever it is and whatever is in it. */
export function folderIdentity(folder: string): FolderIdentity {
  const { dev, ino, birthtimeMs } = statSync(folder);
  return { id: `${dev}:${ino}:${Math.trunc(birthtimeMs)}`, path: realpathSync(folder) };
}

/** Whether a file that names this identity was written for another folder, and copied here. */
export const isOfAnother = (
  written: FolderIdentity | undefined,
  { id }: FolderIdentity,
): written is FolderIdentity => written !== undefined && written.id !== id;
