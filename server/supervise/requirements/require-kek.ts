import { isAppError } from "@/lib/errors/app-error";
import { openLogKey } from "@/lib/signers/log-key";
import { openSealed } from "@/lib/signers/seal";
import { makeClient } from "@/lib/db/single-client";

/** A sealed key, as a function that opens it with a KEK. */
type SealedKey = (kek: Uint8Array) => void;

/** Whether the database holds sealed keys, so that a lost KEK must not be replaced by a new one. */
export async function hasSealedKeys(signerUrl: string): Promise<boolean> {
  return (await readSealedKeys(signerUrl)).length > 0;
}

/**
 * Opens a key that the database holds sealed. Throws if the KEK opens none of them: it is not the
 * one that sealed them, and nothing could be signed with it.
 */
export async function requireKek(signerUrl: string, kek: Uint8Array, from: string): Promise<void> {
  const keys = await readSealedKeys(signerUrl);
  if (keys.length === 0 || keys.some((key) => opens(kek, key))) return;
  throw new Error(
    `The KEK from ${from} is not the one that sealed the keys in this database, so nothing could be signed. Set CHANCERY_KEK_FILE or CHANCERY_KEK to the right one, or point DATABASE_URL and CHANCERY_DATA to the database and folder that belong to it. Nothing was changed.`,
  );
}

/** A key whose row was changed can't be opened with the right KEK either: another one is tried. */
const maxTried = 20;

/** Keys of authorities and of logs, the newest of each. */
async function readSealedKeys(signerUrl: string): Promise<SealedKey[]> {
  const client = makeClient(signerUrl);
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

function opens(kek: Uint8Array, key: SealedKey): boolean {
  try {
    key(kek);
    return true;
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}
