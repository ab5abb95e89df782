import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SecretSettings } from "@/lib/runtime/read-secrets";

/** Settings that are secrets, and that the operator can put into a file: NAME_FILE is its path. */
const fileSettings = [
  "DATABASE_URL",
  "DATABASE_OWNER_URL",
  "DATABASE_SIGNER_URL",
  "CHANCERY_ADMIN_PASSWORD",
] as const;

/**
 * The settings with those that are in files read from them, without the line end. A variable wins
 * over its file, as for the KEK. Throws with the variable's name if its file can't be read.
 */
export function readSecretFiles(settings: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const resolved = { ...settings };
  for (const name of fileSettings) {
    const path = settings[`${name}_FILE`];
    if (!path || settings[name]) continue;
    try {
      resolved[name] = readFileSync(path, "utf8").replace(/\r?\n$/, "");
    } catch (error) {
      throw new Error(`${name}_FILE can't be read: ${(error as Error).message}`, { cause: error });
    }
  }
  return resolved;
}

/**
 * The files that gateway and console need and may not be able to read: their users can't enter the
 * data folder. A file that can't be read is left to the process that needs it, which says so.
 */
export function readSettingsFiles(settings: NodeJS.ProcessEnv, dataFolder: string): SecretSettings {
  const named = settings.CHANCERY_WITNESS_POLICY;
  const usual = join(dataFolder, "witness-policy");
  // Without any file, they must not look for one themselves, where they may not look.
  const policy = named || existsSync(usual) ? readText(named || usual) : "quorum none\n";
  const authorities = readText(settings.CHANCERY_TSA_CA);
  return {
    ...(policy === null ? {} : { CHANCERY_WITNESS_POLICY_TEXT: policy }),
    ...(authorities === null ? {} : { CHANCERY_TSA_CA_TEXT: authorities }),
  };
}

function readText(path: string | undefined): string | null {
  if (!path) return null;
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/**
 * A warning for each secret in the environment of the supervisor: programs of the same user, and
 * crash and process reports, can read that environment. Never contains the secret.
 */
export function secretsInEnvironment(settings: NodeJS.ProcessEnv): string[] {
  return ["CHANCERY_KEK", ...fileSettings]
    .filter((name) => holdsSecret(name, settings[name] ?? ""))
    .map(
      (name) =>
        `${name} is in the environment, where other programs of this user can read it. Write it to a file that only this user can read, and set ${name}_FILE to its path.`,
    );
}

/** A URL without a password, such as one for peer authentication, gives nothing away. */
function holdsSecret(name: string, value: string): boolean {
  if (!name.startsWith("DATABASE_")) return value !== "";
  return /^[a-z]+:\/\/[^/@]*:[^/@]+@/i.test(value) || /[?&]password=[^&]/i.test(value);
}
