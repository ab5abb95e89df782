import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { AppError } from "@/lib/errors/app-error";
import type { Random } from "@/lib/runtime/clock";
import type { Deps } from "@/lib/runtime/deps";

const version = 1;
const ivBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

export type SealingDeps = Pick<Deps, "delivery">;

/** A key of its own for each purpose, from the one that this deployment's processes share. */
export function acmeKeyFor({ delivery }: SealingDeps, purpose: string): Uint8Array {
  if (delivery === undefined)
    throw new AppError(
      "acme.no-key",
      "This process has no key to seal enrollment keys with. Use the console or the API.",
    );
  return new Uint8Array(hkdfSync("sha256", delivery.key, "", `chancery acme ${purpose}`, keyBytes));
}

/** Seals an HMAC key with AES-256-GCM, bound to the id of its row. Errors: `acme.no-key`. */
function sealHmacKey(deps: SealingDeps, id: string, key: Uint8Array, random: Random): Uint8Array {
  const iv = random.bytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", acmeKeyFor(deps, "binding keys"), iv);
  cipher.setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.of(version), iv, sealed, cipher.getAuthTag()]));
}

/** Opens what `sealHmacKey` returned. Errors: `acme.no-key`, also for bytes of another key. */
export function openHmacKey(deps: SealingDeps, id: string, sealed: Uint8Array): Uint8Array {
  const end = sealed.length - tagBytes;
  try {
    const opened = createDecipheriv(
      "aes-256-gcm",
      acmeKeyFor(deps, "binding keys"),
      sealed.subarray(1, 1 + ivBytes),
    );
    opened.setAAD(Buffer.from(id)).setAuthTag(sealed.subarray(end));
    return new Uint8Array(
      Buffer.concat([opened.update(sealed.subarray(1 + ivBytes, end)), opened.final()]),
    );
  } catch (cause) {
    throw new AppError(
      "acme.no-key",
      "This enrollment key was sealed with another key (CHANCERY_KEK). Create a new one.",
      { cause },
    );
  }
}

/** A new HMAC key for bindings (RFC 8555 section 7.3.4), as its row and its client have it. */
export function makeHmacKey(
  deps: SealingDeps & Pick<Deps, "random">,
  id: string,
): Readonly<{ sealed: Uint8Array; text: string }> {
  const key = deps.random.bytes(keyBytes);
  return {
    sealed: sealHmacKey(deps, id, key, deps.random),
    text: Buffer.from(key).toString("base64url"),
  };
}
