import { makeClient } from "@/lib/db/single-client";
import { isAppError } from "@/lib/errors/app-error";
import { openLogKey } from "@/lib/signers/log-key";
import { openSealed } from "@/lib/signers/seal";

/** A sealed key, as a function that opens it with a KEK. */
export type SealedKey = (kek: Uint8Array) => void;

const keyBytes = 32;
/** A key whose row was changed can't be opened with the right KEK either: another one is tried. */
const maxTried = 20;

/** The key-encryption key in a text; throws if it is none. `from` is where the text came from. */
export function parseKek(text: string, from: string): Buffer {
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, "base64");
  if (key.length !== keyBytes || !/^[A-Za-z0-9+/]+=*$/.test(trimmed)) {
    throw new Error(
      `${from} must contain 32 bytes in base64, for example from "openssl rand -base64 32".`,
    );
  }
  return key;
}

/**
 * Keys of authorities and of logs in the database, the newest of each; for the signer's role, or
 * another that may read them.
 */
export async function readSealedKeys(url: string): Promise<SealedKey[]> {
  const client = makeClient(url);
  await client.connect();
  try {
    const { rows: found } = await client.query<{ there: boolean }>(
      "select to_regclass('signer.sealed_key') is not null as there",
    );
    // Before the first migration there are no keys.
    if (!found[0]?.there) return [];
    const { rows: keys } = await client.query<Parameters<typeof openSealed>[1]>(
      `select k.algorithm, k.spki_der as "spkiDer", s.sealed from signer.sealed_key s
        join public.signing_key k on k.id = s.key_id order by s.created_at desc limit ${maxTried}`,
    );
    const { rows: logs } = await client.query<Parameters<typeof openLogKey>[1]>(
      `select origin, public_key as "publicKey", sealed from signer.log_key order by created_at desc limit ${maxTried}`,
    );
    return [
      ...keys.map(
        (key): SealedKey =>
          (kek) =>
            openSealed(kek, key).fill(0),
      ),
      ...logs.map(
        (key): SealedKey =>
          (kek) =>
            void openLogKey(kek, key),
      ),
    ];
  } finally {
    await client.end();
  }
}

/** Whether the KEK opens the key. */
export function opensKey(kek: Uint8Array, key: SealedKey): boolean {
  try {
    key(kek);
    return true;
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}
