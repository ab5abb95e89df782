import { randomBytes } from "node:crypto";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { findRepoRoot } from "@/lib/runtime/repo-root";

const bundled = new Set<string>();

/**
 * A script of this repository as one file that Node.js runs as it is, in `dist` of that clone;
 * returns its path. Starting it takes a third of the processor time that a loader of TypeScript
 * needs, and tests start some of them dozens of times.
 */
export function bundleScript(script: string, clone: string = findRepoRoot()): string {
  const name = `${script.replaceAll(/\W+/g, "-")}.mjs`;
  const file = join(clone, "dist", "for-tests", name);
  if (bundled.has(file)) return file;
  const own = `${file}.${randomBytes(4).toString("hex")}`;
  buildSync({
    entryPoints: [join(findRepoRoot(), script)],
    outfile: own,
    absWorkingDir: findRepoRoot(),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    packages: "external",
    sourcemap: "inline",
    logLevel: "silent",
  });
  // Whole at once: another worker may start it at this moment.
  renameSync(own, file);
  bundled.add(file);
  return file;
}
