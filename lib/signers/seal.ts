import { createCipheriv, createDecipheriv, createHash, type KeyObject } from "node:crypto";
import { AppError } from "@/lib/errors/app-error";

const version = 1,
  ivLength = 12,
  tagLength = 16;

/** The key that seals private keys. The signer holds it as a KeyObject: one copy, never text. */
export type Kek = Uint8Array | KeyObject;

/**
 * What a sealed key is bound to: its algorithm and its public half, so a row's `sealed` cannot be
 * moved under another key.
 */
function additionalData(algorithm: string, spkiDer: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`chancery signing key v1\0${algorithm}\0`),
    createHash("sha256").update(spkiDer).digest(),
  ]);
}

/**
 * Seals a private key: version byte, IV, tag, ciphertext (AES-256-GCM). `iv` must be 12 fresh
 * random bytes.
 */
export function sealKey(
  kek: Kek,
  iv: Uint8Array,
  key: Readonly<{ algorithm: string; spkiDer: Uint8Array; pkcs8: Uint8Array }>,
): Uint8Array {
  const cipher = createCipheriv("aes-256-gcm", kek, iv);
  cipher.setAAD(additionalData(key.algorithm, key.spkiDer));
  const body = Buffer.concat([cipher.update(key.pkcs8), cipher.final()]);
  return Buffer.concat([Buffer.of(version), iv, cipher.getAuthTag(), body]);
}

/**
 * Opens what `sealKey` made. Throws `signer.key-sealed` if the KEK, the bytes or what they are
 * bound to differ.
 */
export function openSealed(
  kek: Kek,
  key: Readonly<{ algorithm: string; spkiDer: Uint8Array; sealed: Uint8Array }>,
): Buffer {
  const { sealed } = key;
  try {
    if (sealed[0] !== version) throw new Error("unknown version");
    const decipher = createDecipheriv("aes-256-gcm", kek, sealed.subarray(1, 1 + ivLength), {
      authTagLength: tagLength,
    });
    decipher.setAAD(additionalData(key.algorithm, key.spkiDer));
    decipher.setAuthTag(sealed.subarray(1 + ivLength, 1 + ivLength + tagLength));
    return Buffer.concat([
      decipher.update(sealed.subarray(1 + ivLength + tagLength)),
      decipher.final(),
    ]);
  } catch (cause) {
    throw new AppError(
      "signer.key-sealed",
      "The signer cannot open this authority's key: it was sealed under another KEK, or its row was changed.",
      { cause },
    );
  }
}
