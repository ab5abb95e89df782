import pg from "pg";
import { isAppError } from "@/lib/errors/app-error";
import { openSealed } from "@/lib/signers/seal";

type SealedRow = Readonly<{ algorithm: string; spkiDer: Buffer; sealed: Buffer }>;

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
    `The KEK from ${from} is not the one that sealed the CA keys in this database, so nothing could be signed. Set CHANCERY_KEK_FILE or CHANCERY_KEK to the right one, or point DATABASE_URL and CHANCERY_DATA to the database and folder that belong to it. Nothing was changed.`,
  );
}

/** A key whose row was changed can't be opened with the right KEK either: another one is tried. */
const maxTried = 20;

async function readSealedKeys(signerUrl: string): Promise<SealedRow[]> {
  const client = new pg.Client({ connectionString: signerUrl });
  await client.connect();
  try {
    const { rows: found } = await client.query<{ there: boolean }>(
      "select to_regclass('signer.sealed_key') is not null as there",
    );
    // Before the first migration there are no keys.
    if (!found[0]?.there) return [];
    const { rows } = await client.query<SealedRow>(
      `select k.algorithm, k.spki_der as "spkiDer", s.sealed from signer.sealed_key s
        join public.signing_key k on k.id = s.key_id order by s.created_at desc limit ${maxTried}`,
    );
    return rows;
  } finally {
    await client.end();
  }
}

function opens(kek: Uint8Array, key: SealedRow): boolean {
  try {
    openSealed(kek, key).fill(0);
    return true;
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}
