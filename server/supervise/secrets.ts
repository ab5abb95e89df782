import { sha256Hex } from "@/lib/format/hash";
import { parseKek } from "@/lib/runtime/sealed-keys";
import { hkdfSync, randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const keyBytes = 32;

/**
 * The key that seals CA keys (KEK), 32 bytes, and where it came from. Only the signer
 * gets it. With `sealedKeysExist` no new one is generated: it could not open what the lost key
 * sealed, and failing to start is better than silently using a second key.
 */
export function readKek(
  dataFolder: string,
  settings: NodeJS.ProcessEnv,
  sealedKeysExist: boolean,
): { kek: Buffer; from: string } {
  if (settings.CHANCERY_KEK)
    return { kek: parseKek(settings.CHANCERY_KEK, "CHANCERY_KEK"), from: "CHANCERY_KEK" };
  if (settings.CHANCERY_KEK_FILE)
    return {
      kek: parseKek(readFileSync(settings.CHANCERY_KEK_FILE, "utf8"), settings.CHANCERY_KEK_FILE),
      from: settings.CHANCERY_KEK_FILE,
    };
  const path = join(dataFolder, "kek");
  return { kek: parseKek(readOrCreate(path, !sealedKeysExist), path), from: path };
}

/**
 * The key that seals the secrets of destinations in the database, for the gateway and the console.
 * Derived from the KEK, and reveals nothing about it.
 */
export function deliveryKeyOf(kek: Uint8Array): string {
  return Buffer.from(
    hkdfSync("sha256", kek, Buffer.alloc(0), "chancery delivery secrets", keyBytes),
  ).toString("base64");
}

/** Signs session cookies; only the console gets it. If it is lost, all users are signed out. */
export function readSessionSecret(dataFolder: string): string {
  return readOrCreate(join(dataFolder, "session.key"), true).trim();
}

function readOrCreate(path: string, allowed: boolean): string {
  if (existsSync(path)) {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    return readFileSync(path, "utf8");
  }
  if (!allowed)
    throw new Error(
      `${path} is missing, but the database contains CA keys that are sealed with it. Restore the file from a backup, or set CHANCERY_KEK or CHANCERY_KEK_FILE.`,
    );
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, `${randomBytes(keyBytes).toString("base64")}\n`, {
    mode: 0o600,
    flush: true,
  });
  renameSync(unfinished, path);
  return readFileSync(path, "utf8");
}

/** The one-time token of the setup link, and its digest for the console. Neither is stored. */
export function makeSetupToken(): { token: string; sha256: string } {
  const token = randomBytes(24).toString("base64url");
  return { token, sha256: sha256Hex(token) };
}
