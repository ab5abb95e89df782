import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The folder of the clone: the nearest one above this code, bundled or not, that holds the Prisma
 * configuration.
 */
export function findRepoRoot(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json")) && existsSync(join(folder, "prisma.config.ts")))
      return folder;
    if (folder === dirname(folder))
      throw new Error(
        `${from} is not inside a clone of Chancery: prisma.config.ts was not found above it.`,
      );
  }
}
