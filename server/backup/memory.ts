import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The notes of the checkpoints in a folder of the signer's memory, or of a copy of one. */
export function readNotes(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".checkpoint"))
    .map((name) => readFileSync(join(folder, name), "utf8"));
}
