import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The file with the token of the host's operator, mode 0600; each start replaces it. */
export const hostTokenPath = (dataFolder: string): string => join(dataFolder, "signer-admin.key");

/** Null if Chancery never ran on that folder, or this user can't read it. */
export function readHostToken(dataFolder: string): string | null {
  try {
    return readFileSync(hostTokenPath(dataFolder), "utf8").trim();
  } catch {
    return null;
  }
}
