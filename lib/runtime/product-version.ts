import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findRepoRoot } from "./repo-root";

/** The version of this Chancery, as package.json has it. */
export function productVersion(): string {
  const { version } = JSON.parse(readFileSync(join(findRepoRoot(), "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}
