import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const sharedMemory = "/dev/shm";
// Short: the path of a Unix socket below may have 107 bytes.
const prefix = "ct-";
const tmpfsMagic = 0x01021994;
// Several times what a run of the tests keeps at once.
const enoughBytes = 6 * 2 ** 30;

/**
 * Makes what this process and those that it starts put into the folder for temporary files go into
 * memory, where the machine has plenty. A database of tests has 700 files: on a disk's file system,
 * copying one takes ten times the processor time. A TMPDIR that is set is left alone.
 */
export function keepTemporaryFilesInMemory(): void {
  if (process.env.TMPDIR !== undefined || !hasPlentyOfMemory()) return;
  removeLeftovers();
  const folder = mkdtempSync(join(sharedMemory, `${prefix}${process.pid}-`));
  // As /tmp: servers run as users of their own.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
}

/** Removes all that went there; what is in another folder for temporary files stays. */
export function removeTemporaryFiles(): void {
  const folder = process.env.TMPDIR;
  if (!isOurs(folder)) return;
  delete process.env.TMPDIR;
  rmSync(folder, { recursive: true, force: true });
}

/** A folder for what is too large for memory, or has to be on a disk. */
export const diskFolder = (): string => (isOurs(process.env.TMPDIR) ? "/tmp" : tmpdir());

const isOurs = (folder: string | undefined): folder is string =>
  folder?.startsWith(join(sharedMemory, prefix)) === true;

/** What runs left that were killed; else it takes memory until the machine restarts. */
function removeLeftovers(): void {
  for (const name of readdirSync(sharedMemory)) {
    const pid = /^ct-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    rmSync(join(sharedMemory, name), { recursive: true, force: true });
  }
}

function hasPlentyOfMemory(): boolean {
  try {
    const { type, bavail, bsize } = statfsSync(sharedMemory);
    accessSync(sharedMemory, constants.W_OK);
    return type === tmpfsMagic && Math.min(bavail * bsize, availableBytes()) >= enoughBytes;
  } catch {
    return false;
  }
}

/** What Linux could give without swapping. */
const availableBytes = (): number =>
  Number(/^MemAvailable: +(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1] ?? 0) * 1024;
