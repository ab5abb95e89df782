import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system of its own, of a few megabytes. */
export type SmallDisk = Readonly<{
  folder: string;
  /** Takes all space that is left. */
  fill: () => void;
  /** Gives it back. */
  free: () => void;
  remove: () => void;
}>;

/** Why no small disk can be made here, for the title of what is skipped; null if one can. */
export function whyNoSmallDisk(): string | null {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root, to mount a file system";
  try {
    makeSmallDisk(1).remove();
    return null;
  } catch {
    return "this machine mounts no tmpfs";
  }
}

/** Mounts one in memory. Throws where that isn't allowed. */
export function makeSmallDisk(megabytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), "chancery-small-disk-"));
  const mount = (...args: readonly string[]) =>
    execFileSync("mount", [...args, folder], { stdio: ["ignore", "ignore", "pipe"] });
  try {
    mount("-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs");
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  chmodSync(folder, 0o711);
  const ballast = join(folder, "ballast");
  return {
    folder,
    fill: () => {
      // Ever smaller pieces, down to one page of memory.
      for (let bytes = 1_048_576; bytes >= 4_096; bytes /= 2) while (append(ballast, bytes));
    },
    free: () => rmSync(ballast, { force: true }),
    remove: () => {
      execFileSync("umount", ["--lazy", folder], { stdio: "ignore" });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function append(path: string, bytes: number): boolean {
  try {
    appendFileSync(path, Buffer.alloc(bytes));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") return false;
    throw error;
  }
}
