import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A credential that systemd passed to this unit (LoadCredential=), without the line end; null if
 * there is none of that name. Only the unit's user can read the folder.
 */
export function readCredential(
  name: string,
  environment: NodeJS.ProcessEnv = process.env,
): string | null {
  const folder = environment.CREDENTIALS_DIRECTORY;
  if (!folder || !existsSync(join(folder, name))) return null;
  return readFileSync(join(folder, name), "utf8").replace(/\r?\n$/, "");
}
