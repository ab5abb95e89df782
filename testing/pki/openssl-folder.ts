import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A temporary folder in which openssl runs. Remove it at the end. */
export type OpensslFolder = Readonly<{
  /** Runs openssl; its output. Throws with `stderr` if it fails. */
  openssl: (...args: string[]) => string;
  /** Writes a file; its name. */
  write: (name: string, content: string | Uint8Array) => string;
  read: (name: string) => Uint8Array;
  remove: () => void;
}>;

/** Without openssl its tests are skipped by name, except where all tests have to run. */
export const isOpensslMissing =
  !process.env["CI"] && spawnSync("openssl", ["version"]).error !== undefined;

export function createOpensslFolder(): OpensslFolder {
  const folder = mkdtempSync(join(tmpdir(), "pki-interop-"));
  return {
    openssl: (...args) =>
      execFileSync("openssl", args, {
        cwd: folder,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      }),
    write: (name, content) => {
      writeFileSync(join(folder, name), content);
      return name;
    },
    read: (name) => Uint8Array.from(readFileSync(join(folder, name))),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
