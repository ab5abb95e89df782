import { generateKeyPair, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";

/** A P-256 key that exists only in the memory of this process. */
export type EphemeralKey = Readonly<{
  spkiDer: Uint8Array;
  privateKey: KeyObject;
  sign: (bytes: Uint8Array) => Promise<Uint8Array>;
}>;

const generate = promisify(generateKeyPair);

/**
 * Generates a key for an OCSP responder or for TLS. It signs with ECDSA and SHA-256, in DER, off the
 * main thread.
 */
export async function makeEphemeralKey(): Promise<EphemeralKey> {
  const { publicKey, privateKey } = await generate("ec", { namedCurve: "P-256" });
  const signBytes = (bytes: Uint8Array): Promise<Uint8Array> =>
    new Promise((resolve, reject) =>
      sign("sha256", bytes, privateKey, (error, signature) =>
        error === null ? resolve(signature) : reject(error),
      ),
    );
  return {
    spkiDer: publicKey.export({ type: "spki", format: "der" }),
    privateKey,
    sign: signBytes,
  };
}
