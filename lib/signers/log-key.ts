import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { type Kek, openSealed, sealKey } from "./seal";
import { generateSoftwareKey } from "./software";

/** The DER prefix of the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410 §4). */
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");

/**
 * Sealed for this origin alone: the row of one log's key is of no use under another's name, or as
 * an authority's.
 */
const algorithmFor = (origin: string): string => `log-ed25519 ${origin}`;

/**
 * Makes the key of a log: its public half as 32 bytes, its private half sealed. `iv` must be 12
 * fresh random bytes.
 */
export async function makeLogKey(
  kek: Kek,
  iv: Uint8Array,
  origin: string,
): Promise<{ publicKey: Uint8Array; sealed: Uint8Array }> {
  const { pkcs8, spkiDer } = await generateSoftwareKey("ed25519");
  return {
    publicKey: new Uint8Array(spkiDer.slice(spkiPrefix.length)),
    sealed: sealKey(kek, iv, { algorithm: algorithmFor(origin), spkiDer, pkcs8 }),
  };
}

/**
 * Opens what `makeLogKey` sealed. Throws `signer.key-sealed` if the KEK, the origin, the public
 * half or the bytes differ.
 */
export function openLogKey(
  kek: Kek,
  {
    origin,
    publicKey,
    sealed,
  }: Readonly<{ origin: string; publicKey: Uint8Array; sealed: Uint8Array }>,
): KeyObject {
  const spkiDer = Buffer.concat([spkiPrefix, publicKey]);
  const pkcs8 = openSealed(kek, { algorithm: algorithmFor(origin), spkiDer, sealed });
  try {
    const key = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
    if (!createPublicKey(key).export({ format: "der", type: "spki" }).equals(spkiDer))
      throw new Error("a log's private key does not belong to its public key");
    return key;
  } finally {
    pkcs8.fill(0);
  }
}
