import { opensKey, readSealedKeys } from "@/lib/runtime/sealed-keys";

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
  if (keys.length === 0 || keys.some((key) => opensKey(kek, key))) return;
  throw new Error(
    `The KEK from ${from} is not the one that sealed the keys in this database, so nothing could be signed. Set CHANCERY_KEK_FILE or CHANCERY_KEK to the right one, or point DATABASE_URL and CHANCERY_DATA to the database and folder that belong to it. Nothing was changed.`,
  );
}
