import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./root.mjs";

const isSource = (name) => !/\.test\.tsx?$|\.tsbuildinfo$/.test(name);

/**
 * SHA-256 over names and contents of files and folders of the clone; what does not exist counts as
 * absent.
 */
export function digestOf(paths, skip = []) {
  const hash = createHash("sha256");
  const add = (path) => {
    const full = join(root, path);
    if (!existsSync(full) || skip.includes(path)) return;
    if (statSync(full).isDirectory())
      return readdirSync(full)
        .filter(isSource)
        .sort()
        .forEach((name) => add(`${path}/${name}`));
    const content = readFileSync(full);
    hash.update(`${path}\0${content.length}\0`).update(content);
  };
  paths.forEach(add);
  return hash.digest("hex");
}

const stampOf = (name) => join(root, ".cache", `${name}.sha256`);

/** True when the step `name` was last finished on exactly this digest. */
export function isStamped(name, digest) {
  return existsSync(stampOf(name)) && readFileSync(stampOf(name), "utf8").trim() === digest;
}

/** Remembers that the step is finished. */
export function stamp(name, digest) {
  mkdirSync(dirname(stampOf(name)), { recursive: true });
  writeFileSync(stampOf(name), `${digest}\n`);
}
