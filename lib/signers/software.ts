import {
  createPrivateKey,
  createPublicKey,
  createSign,
  generateKeyPair,
  type KeyObject,
  sign,
} from "node:crypto";
import { setImmediate as yieldToOthers } from "node:timers/promises";
import { promisify } from "node:util";
import { isLarge, partsOf } from "@/lib/pki/digest-steps";
import type { AuthorityKeyAlgorithm, SignatureAlgorithm, Signer } from "@/lib/pki/types";

const generate = promisify(generateKeyPair);
const signatureOf: Readonly<Record<AuthorityKeyAlgorithm, SignatureAlgorithm>> = {
  "ecdsa-p256": "ecdsa-sha256",
  "ecdsa-p384": "ecdsa-sha384",
  "rsa-3072": "rsa-sha256",
  "rsa-4096": "rsa-sha256",
  ed25519: "ed25519",
};
const hashOf: Readonly<Record<SignatureAlgorithm, string | null>> = {
  "ecdsa-sha256": "sha256",
  "ecdsa-sha384": "sha384",
  "rsa-sha256": "sha256",
  ed25519: null,
};

async function makePair(
  algorithm: AuthorityKeyAlgorithm,
): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> {
  switch (algorithm) {
    case "ecdsa-p256":
      return generate("ec", { namedCurve: "P-256" });
    case "ecdsa-p384":
      return generate("ec", { namedCurve: "P-384" });
    case "rsa-3072":
      return generate("rsa", { modulusLength: 3072, publicExponent: 65537 });
    case "rsa-4096":
      return generate("rsa", { modulusLength: 4096, publicExponent: 65537 });
    case "ed25519":
      return generate("ed25519", {});
  }
}

/**
 * Makes a key pair with the operating system's randomness. RSA takes seconds, off the event loop.
 */
export async function generateSoftwareKey(
  algorithm: AuthorityKeyAlgorithm,
): Promise<{ pkcs8: Uint8Array; spkiDer: Uint8Array }> {
  const { privateKey, publicKey } = await makePair(algorithm);
  return {
    pkcs8: privateKey.export({ format: "der", type: "pkcs8" }),
    spkiDer: publicKey.export({ format: "der", type: "spki" }),
  };
}

/** Off the event loop: node:crypto copies the bytes for that. */
const signCopy = (hash: string | null, bytes: Uint8Array, key: KeyObject): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    sign(hash, bytes, key, (error, signature) => {
      if (error) reject(error);
      else resolve(signature);
    });
  });

/** Without a copy of large bytes. Other work goes first after each part of them. */
async function signLarge(hash: string, bytes: Uint8Array, key: KeyObject): Promise<Uint8Array> {
  const signer = createSign(hash);
  const parts = partsOf(bytes, (part) => void signer.update(part));
  while (parts.next().done !== true) await yieldToOthers();
  return signer.sign(key);
}

/**
 * A signer over an unsealed PKCS#8 key. Keeps nobody waiting for long. Throws if the key's public half
 * is not `spkiDer`.
 */
export function makeSoftwareSigner(
  algorithm: AuthorityKeyAlgorithm,
  pkcs8: Uint8Array,
  spkiDer: Uint8Array,
): Signer {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: "der", type: "pkcs8" });
  const publicHalf = createPublicKey(key).export({ format: "der", type: "spki" });
  if (!publicHalf.equals(spkiDer))
    throw new Error("a private key does not belong to its public key");
  const signatureAlgorithm = signatureOf[algorithm];
  const hash = hashOf[signatureAlgorithm];
  return {
    signatureAlgorithm,
    spkiDer,
    sign: (bytes) =>
      hash !== null && isLarge(bytes) ? signLarge(hash, bytes, key) : signCopy(hash, bytes, key),
  };
}
