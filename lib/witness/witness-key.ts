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
import type { Random } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { nodeLogCrypto } from "@/lib/log/node-crypto";
import { concat, fromBase64, toBase64, toHex } from "@/lib/log/pure/bytes";
import { formatVkey, keyIdOf, type NoteKey } from "@/lib/log/pure/note";
import { ProofError } from "@/lib/log/pure/proof-error";

/** A witness's own key: what others verify by, and the one way to sign. */
export type WitnessKey = Readonly<{
  key: NoteKey;
  vkey: string;
  sign: (message: Uint8Array) => Uint8Array;
}>;

const COSIGNATURE = 4,
  FILE = "witness.key";
const pkcs8Head = Buffer.from("302e020100300506032b657004220420", "hex");
const textForm = /^PRIVATE\+KEY\+([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})\n$/;

/**
 * The key in this folder (`witness.key`, mode 0600), made at the first start. Its name is part of it and stays: `name` is what a new key is
 * called, ending in eight digits of its own where none is given. Throws AppError `witness.key-*` for a file that is open to others,
 * damaged, or of another name.
 */
export async function openWitnessKey(
  folder: string,
  { name, host, random }: Readonly<{ name: string | null; host: string; random: Random }>,
): Promise<WitnessKey> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, FILE);
  const text = readText(path) ?? (await makeText(path, folder, name, host, random));
  const { seed, said, id } = parse(path, text);
  const made = await keyOf(said, seed);
  if (toHex(made.key.keyId) !== id) throw damaged(path, "its id does not belong to its key");
  if (name !== null && name !== said)
    throw new AppError(
      "witness.key-name",
      `The key in ${path} is called ${said}, not ${name}. A key keeps its name: leave --name out, or use another folder for another witness.`,
      { kind: "conflict" },
    );
  return made;
}

async function keyOf(name: string, seed: Uint8Array): Promise<WitnessKey> {
  const privateKey: KeyObject = createPrivateKey({
    key: Buffer.concat([pkcs8Head, seed]),
    format: "der",
    type: "pkcs8",
  });
  const publicKey = new Uint8Array(
    createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32),
  );
  const keyId = Uint8Array.from(await keyIdOf(nodeLogCrypto, name, COSIGNATURE, publicKey));
  return {
    key: { name, keyId, type: COSIGNATURE, publicKey },
    vkey: await formatVkey(nodeLogCrypto, name, COSIGNATURE, publicKey),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}

async function makeText(
  path: string,
  folder: string,
  name: string | null,
  host: string,
  random: Random,
): Promise<string> {
  const seed = random.bytes(32),
    own = name ?? `${host}/witness/${toHex(random.bytes(4))}`;
  let keyId: Uint8Array;
  try {
    ({
      key: { keyId },
    } = await keyOf(own, seed));
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    throw new AppError(
      "witness.key-name",
      `A witness cannot be called "${own}": its name holds no spaces and no "+". ${error.message}`,
      { cause: error },
    );
  }
  const text = `PRIVATE+KEY+${own}+${toHex(keyId)}+${toBase64(concat(Uint8Array.of(COSIGNATURE), seed))}\n`;
  const unfinished = `${path}.${toHex(random.bytes(4))}`,
    handle = openSync(unfinished, "wx", 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
    // Makes the name or fails: two first starts at once end up with one key.
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
  return readText(path) ?? text;
}

function readText(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  if ((found.mode & 0o077) !== 0)
    throw new AppError(
      "witness.key-open",
      `Others can read the witness's key. Do: chmod 600 ${path}`,
      { kind: "conflict" },
    );
  return readFileSync(path, "utf8");
}

function parse(path: string, text: string): { seed: Uint8Array; said: string; id: string } {
  const [, said = "", id = "", base64 = ""] = textForm.exec(text) ?? [];
  try {
    const bytes = fromBase64(base64);
    if (bytes[0] === COSIGNATURE && bytes.length === 33) return { seed: bytes.slice(1), said, id };
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
  }
  throw damaged(path, "it is not a witness's key");
}

const damaged = (path: string, what: string): AppError =>
  new AppError(
    "witness.key-damaged",
    `The key in ${path} cannot be used: ${what}. Put the file back from a backup; a new key would be a new witness.`,
    { kind: "conflict" },
  );
