import { createCipheriv, createDecipheriv } from "node:crypto";
import { AppError } from "@/lib/errors/app-error";
import type { Random } from "@/lib/runtime/clock";

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts a destination's secret with AES-256-GCM, bound to the destination's id, so that it can't
 * be decrypted in another row.
 */
export function sealSecret(
  key: Uint8Array,
  destinationId: string,
  secret: string,
  random: Random,
): Uint8Array {
  const nonce = random.bytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(destinationId));
  const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.of(version), nonce, sealed, cipher.getAuthTag()]));
}

/**
 * Decrypts what `sealSecret` returned. Errors: `destination.secret-unreadable` for another key,
 * another destination, or modified bytes.
 */
export function openSecret(key: Uint8Array, destinationId: string, sealed: Uint8Array): string {
  try {
    if (sealed[0] !== version || sealed.length < 1 + nonceBytes + tagBytes)
      throw new Error("not a sealed secret");
    const cipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(1, 1 + nonceBytes));
    cipher.setAAD(Buffer.from(destinationId)).setAuthTag(sealed.subarray(sealed.length - tagBytes));
    return Buffer.concat([
      cipher.update(sealed.subarray(1 + nonceBytes, sealed.length - tagBytes)),
      cipher.final(),
    ]).toString("utf8");
  } catch (cause) {
    throw new AppError(
      "destination.secret-unreadable",
      "The secret of this destination can't be decrypted: it was encrypted with another key (CHANCERY_KEK). Enter the secret again.",
      { cause },
    );
  }
}
