import { toHex } from "@/lib/log/pure/bytes";
import { sha256Hex } from "@/lib/format/hash";
import { newId } from "@/lib/format/ids";
import { formatVkey } from "@/lib/log/pure/note";
import { nodeLogCrypto } from "@/lib/log/tree/node-crypto";
import type { AuthorityKeyAlgorithm } from "@/lib/pki/types";
import { makeLogKey } from "@/lib/signers/log-key";
import { type Kek, sealKey } from "@/lib/signers/seal";
import { generateSoftwareKey } from "@/lib/signers/software";
import { recordedTransaction, type RecordingDeps } from "./recorded-transaction";

type KeyDeps = RecordingDeps & Readonly<{ kek: Kek }>;

/**
 * Makes the key of an authority and commits its public half, its sealed half and the entry
 * `key.created`. Errors: those of `recordedTransaction`.
 */
export async function createAuthorityKey(
  deps: KeyDeps,
  algorithm: AuthorityKeyAlgorithm,
): Promise<{ id: string; spkiDer: Uint8Array }> {
  const { kek, random } = deps;
  const { pkcs8, spkiDer } = await generateSoftwareKey(algorithm);
  const sealed = sealKey(kek, random.bytes(12), { algorithm, spkiDer, pkcs8 });
  pkcs8.fill(0);
  const now = deps.clock.now();
  const id = newId("key", now, random.bytes);
  const entry = {
    action: "key.created",
    outcome: "success",
    target: { kind: "key", id, label: `${algorithm} key` },
    details: { purpose: "authority", algorithm, spkiSha256: sha256Hex(spkiDer) },
  } as const;
  await recordedTransaction(deps, entry, async (client) => {
    await client.query(
      "insert into public.signing_key (id, algorithm, spki_der, created_at) values ($1, $2, $3, $4)",
      [id, algorithm, Buffer.from(spkiDer), now],
    );
    await client.query("insert into signer.sealed_key (key_id, sealed) values ($1, $2)", [
      id,
      Buffer.from(sealed),
    ]);
  });
  return { id, spkiDer };
}

type PublicLogKey = Readonly<{ vkey: string; publicKey: Uint8Array }>;

/**
 * Makes the key of a log and commits it with the entry `key.created`; a log that has a key keeps
 * it. Errors: those of `recordedTransaction`.
 */
export async function createLogKey(deps: KeyDeps, origin: string): Promise<PublicLogKey> {
  const existing = await findLogKey(deps, origin);
  if (existing) return existing;
  const { publicKey, sealed } = await makeLogKey(deps.kek, deps.random.bytes(12), origin);
  const vkey = await formatVkey(nodeLogCrypto, origin, 1, publicKey);
  const entry = {
    action: "key.created",
    outcome: "success",
    target: { kind: "log", id: origin, label: origin },
    details: { purpose: "log", algorithm: "ed25519", publicKey: toHex(publicKey) },
  } as const;
  await recordedTransaction(deps, entry, async (client) => {
    await client.query(
      "insert into signer.log_key (origin, vkey, public_key, sealed) values ($1, $2, $3, $4)",
      [origin, vkey, Buffer.from(publicKey), Buffer.from(sealed)],
    );
  });
  return { vkey, publicKey };
}

async function findLogKey({ db }: KeyDeps, origin: string): Promise<PublicLogKey | null> {
  const { rows } = await db.pool.query<PublicLogKey>(
    `select vkey, public_key as "publicKey" from signer.log_key where origin = $1`,
    [origin],
  );
  return rows[0] ?? null;
}
