import { chmodSync, mkdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const ownerOnly = 0o700;
const others = 0o077;
const sticky = 0o1000;

/**
 * Creates the data folder for its owner alone, and closes an existing one to other users: earlier
 * versions made it readable. PostgreSQL started by root runs as another user, but enters its own
 * folder before it becomes that user. A folder of another user, or one that is shared like /tmp,
 * stays as it is; `chancery doctor` reports it. Returns whether other users can look into it.
 */
export function prepareDataFolder(path: string): Readonly<{ isOpen: boolean }> {
  mkdirSync(path, { recursive: true, mode: ownerOnly });
  const { mode, uid } = statSync(path);
  if ((mode & others) === 0) return { isOpen: false };
  if (uid !== process.getuid?.() || (mode & sticky) !== 0) return { isOpen: true };
  chmodSync(path, mode & ~others & 0o7777);
  return { isOpen: false };
}

/** Where the signer remembers what it signed, outside the database. */
export const signerFolder = (settings: NodeJS.ProcessEnv, dataFolder: string): string =>
  resolve(settings.CHANCERY_WITNESS_DIR || join(dataFolder, "witness"));
