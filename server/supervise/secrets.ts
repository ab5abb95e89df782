import { createHash, hkdfSync, randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const KEY_BYTES = 32;

/**
 * The key that seals CA keys, base64 of 32 bytes, and where it came from. Handed to the signer alone. `sealedKeysExist`
 * forbids making a new one: it would never open what the lost one sealed, and no start is better than a quiet second key.
 */
export function readKek(
  dataFolder: string,
  settings: NodeJS.ProcessEnv,
  sealedKeysExist: boolean,
): { kek: string; from: string } {
  if (settings.CHANCERY_KEK)
    return { kek: checked(settings.CHANCERY_KEK, "CHANCERY_KEK"), from: "CHANCERY_KEK" };
  if (settings.CHANCERY_KEK_FILE)
    return {
      kek: checked(readFileSync(settings.CHANCERY_KEK_FILE, "utf8"), settings.CHANCERY_KEK_FILE),
      from: settings.CHANCERY_KEK_FILE,
    };
  const path = join(dataFolder, "kek");
  return { kek: checked(readOrMake(path, !sealedKeysExist), path), from: path };
}

/** What seals the secrets of destinations in the database; for the door and the console. Made from the KEK, and tells nothing of it. */
export function deliveryKeyOf(kek: string): string {
  return Buffer.from(
    hkdfSync(
      "sha256",
      Buffer.from(kek, "base64"),
      Buffer.alloc(0),
      "chancery delivery secrets",
      KEY_BYTES,
    ),
  ).toString("base64");
}

/** What signs session cookies; handed to the console alone. A lost one only signs everybody out. */
export function readSessionSecret(dataFolder: string): string {
  return readOrMake(join(dataFolder, "session.key"), true).trim();
}

function readOrMake(path: string, allowed: boolean): string {
  if (existsSync(path)) {
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    return readFileSync(path, "utf8");
  }
  if (!allowed)
    throw new Error(
      `${path} is missing, but the database holds CA keys that are sealed with it. Put the file back from your backup, or set CHANCERY_KEK or CHANCERY_KEK_FILE.`,
    );
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, `${randomBytes(KEY_BYTES).toString("base64")}\n`, {
    mode: 0o600,
    flush: true,
  });
  renameSync(unfinished, path);
  return readFileSync(path, "utf8");
}

function checked(text: string, from: string): string {
  const key = text.trim();
  if (Buffer.from(key, "base64").length !== KEY_BYTES || !/^[A-Za-z0-9+/]+=*$/.test(key)) {
    throw new Error(
      `${from} must hold 32 bytes in base64, such as "openssl rand -base64 32" makes.`,
    );
  }
  return key;
}

/** A one-time word for the setup link, and the digest that the console compares with. Neither is stored. */
export function makeSetupToken(): { token: string; sha256: string } {
  const token = randomBytes(24).toString("base64url");
  return { token, sha256: createHash("sha256").update(token).digest("hex") };
}
