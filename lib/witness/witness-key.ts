import { createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Random } from "@/lib/runtime/clock";
import { AppError } from "@/lib/errors/app-error";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import { concat, fromBase64, toBase64, toHex } from "@/lib/log/pure/bytes";
import { formatVkey, keyIdOf, type NoteKey } from "@/lib/log/pure/note";
import { isProofError } from "@/lib/log/pure/proof-error";

/** The key of a witness: the public part, and a function that signs. */
export type WitnessKey = Readonly<{
  key: NoteKey;
  vkey: string;
  sign: (message: Uint8Array) => Uint8Array;
}>;

const cosignatureKeyType = 4;
const keyFile = "witness.key";
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");
const keyFileForm = /^PRIVATE\+KEY\+([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})\n$/;

/**
 * Opens the key in this folder (`witness.key`, mode 0600), or creates it at the first start. Its
 * name is part of the key and never changes: `name` is the name of a new key; by default one is
 * generated with eight random digits. Throws AppError `witness.key-*` if the file is readable by
 * others, damaged, or has a different name.
 */
export async function openWitnessKey(
  folder: string,
  { name, host, random }: Readonly<{ name: string | null; host: string; random: Random }>,
): Promise<WitnessKey> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, keyFile);
  const text = readKeyFile(path) ?? (await createKeyFile(path, folder, name, host, random));
  const { seed, keyName, id } = parseKeyFile(path, text);
  const key = await toWitnessKey(keyName, seed);
  if (toHex(key.key.keyId) !== id) throw damagedError(path, "its id does not match its key");
  if (name !== null && name !== keyName)
    throw new AppError(
      "witness.key-name",
      `The key in ${path} has the name ${keyName}, not ${name}. The name of a key can't be changed: omit --name, or use a different folder for a new witness.`,
    );
  return key;
}

async function toWitnessKey(name: string, seed: Uint8Array): Promise<WitnessKey> {
  const privateKey: KeyObject = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, seed]),
    format: "der",
    type: "pkcs8",
  });
  const publicKey = new Uint8Array(
    createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32),
  );
  const keyId = Uint8Array.from(await keyIdOf(nodeLogCrypto, name, cosignatureKeyType, publicKey));
  return {
    key: { name, keyId, type: cosignatureKeyType, publicKey },
    vkey: await formatVkey(nodeLogCrypto, name, cosignatureKeyType, publicKey),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}

async function createKeyFile(
  path: string,
  folder: string,
  name: string | null,
  host: string,
  random: Random,
): Promise<string> {
  const seed = random.bytes(32);
  const keyName = name ?? `${host}/witness/${toHex(random.bytes(4))}`;
  let keyId: Uint8Array;
  try {
    ({
      key: { keyId },
    } = await toWitnessKey(keyName, seed));
  } catch (error) {
    if (!isProofError(error)) throw error;
    throw new AppError(
      "witness.key-name",
      `The name of a witness can't be "${keyName}": a name can't contain spaces or "+". ${error.message}`,
      { cause: error },
    );
  }
  const text = `PRIVATE+KEY+${keyName}+${toHex(keyId)}+${toBase64(concat(Uint8Array.of(cosignatureKeyType), seed))}\n`;
  const unfinished = `${path}.${toHex(random.bytes(4))}`;
  const handle = openSync(unfinished, "wx", 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
    // Creates the file or fails, so that two concurrent first starts end up with one key.
    linkSync(unfinished, path);
    const place = openSync(folder, "r");
    fsyncSync(place);
    closeSync(place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    closeSync(handle);
    rmSync(unfinished, { force: true });
  }
  return readKeyFile(path) ?? text;
}

function readKeyFile(path: string): string | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if ((stats.mode & 0o077) !== 0)
    throw new AppError(
      "witness.key-open",
      `The witness's key is readable by other users. Run: chmod 600 ${path}`,
    );
  return readFileSync(path, "utf8");
}

function parseKeyFile(
  path: string,
  text: string,
): { seed: Uint8Array; keyName: string; id: string } {
  const [, keyName = "", id = "", base64 = ""] = keyFileForm.exec(text) ?? [];
  try {
    const bytes = fromBase64(base64);
    if (bytes[0] === cosignatureKeyType && bytes.length === 33)
      return { seed: bytes.slice(1), keyName, id };
  } catch (error) {
    if (!isProofError(error)) throw error;
  }
  throw damagedError(path, "it is not the key of a witness");
}

const damagedError = (path: string, what: string): AppError =>
  new AppError(
    "witness.key-damaged",
    `The key in ${path} can't be used: ${what}. Restore the file from a backup; a new key would be a new witness.`,
  );
