import { generateKeyPair, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { promisify } from "node:util";

/** A P-256 key that lives in this process's memory alone and dies with it. */
export type OwnKey = Readonly<{
  spkiDer: Uint8Array;
  privateKey: KeyObject;
  sign: (bytes: Uint8Array) => Promise<Uint8Array>;
}>;

const generate = promisify(generateKeyPair);

/** Makes one, for a responder or for TLS; signing is ECDSA with SHA-256, in DER, off the main thread. */
export async function makeOwnKey(): Promise<OwnKey> {
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
