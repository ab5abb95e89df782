import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Random } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";

const VERSION = 1,
  NONCE = 12,
  TAG = 16;

/** Seals a destination's secret with AES-256-GCM, bound to the destination: in another row it does not open. */
export function sealSecret(
  key: Uint8Array,
  destinationId: string,
  secret: string,
  random: Random,
): Uint8Array {
  const nonce = random.bytes(NONCE),
    cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(destinationId));
  const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.of(VERSION), nonce, sealed, cipher.getAuthTag()]));
}

/** Opens what `sealSecret` made. Throws AppError `destination.secret-unreadable` for another key, another destination, or changed bytes. */
export function openSecret(key: Uint8Array, destinationId: string, sealed: Uint8Array): string {
  try {
    if (sealed[0] !== VERSION || sealed.length < 1 + NONCE + TAG)
      throw new Error("not a sealed secret");
    const cipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(1, 1 + NONCE));
    cipher.setAAD(Buffer.from(destinationId)).setAuthTag(sealed.subarray(sealed.length - TAG));
    return Buffer.concat([
      cipher.update(sealed.subarray(1 + NONCE, sealed.length - TAG)),
      cipher.final(),
    ]).toString("utf8");
  } catch (cause) {
    throw new AppError(
      "destination.secret-unreadable",
      "Its secret cannot be opened: it was sealed under another key (CHANCERY_KEK). Enter the secret again.",
      { kind: "unavailable", cause },
    );
  }
}
