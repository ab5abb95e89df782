import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from "node:crypto";
import { AppError } from "@/lib/errors/app-error";
import type { Random } from "@/lib/runtime/clock";
import type { Deps } from "@/lib/runtime/deps";

const version = 1;
const ivBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

type KeyDeps = Pick<Deps, "delivery">;

/** A key of its own for each purpose, from the one that this deployment's processes share. */
function keyFor({ delivery }: KeyDeps, purpose: string): Uint8Array {
  if (delivery === undefined)
    throw new AppError(
      "acme.no-key",
      "This process has no key to seal enrollment keys with. Use the console or the API.",
    );
  return new Uint8Array(hkdfSync("sha256", delivery.key, "", `chancery acme ${purpose}`, keyBytes));
}

/** Seals an HMAC key with AES-256-GCM, bound to the id of its row. Errors: `acme.no-key`. */
export function sealHmacKey(
  deps: KeyDeps,
  id: string,
  key: Uint8Array,
  random: Random,
): Uint8Array {
  const iv = random.bytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", keyFor(deps, "binding keys"), iv);
  cipher.setAAD(Buffer.from(id));
  const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.of(version), iv, sealed, cipher.getAuthTag()]));
}

/** Opens what `sealHmacKey` returned. Errors: `acme.no-key`, also for bytes of another key. */
export function openHmacKey(deps: KeyDeps, id: string, sealed: Uint8Array): Uint8Array {
  const end = sealed.length - tagBytes;
  try {
    const opened = createDecipheriv(
      "aes-256-gcm",
      keyFor(deps, "binding keys"),
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

const randomBytes = 16;
const timeBytes = 6;
const macBytes = 16;
const nonceMs = 3_600_000;

/** An opened nonce: its bytes, and when it stops being accepted. */
export type OpenedNonce = Readonly<{ bytes: Uint8Array; expiresAt: Date }>;

/**
 * A new anti-replay nonce in base64url. It carries its time and a MAC, so nothing is stored until
 * it is used, and every node of a deployment accepts it. Errors: `acme.no-key`.
 */
export function makeNonce(deps: KeyDeps & Pick<Deps, "random" | "clock">): string {
  const body = Buffer.alloc(timeBytes + randomBytes);
  body.writeUIntBE(deps.clock.now().getTime(), 0, timeBytes);
  body.set(deps.random.bytes(randomBytes), timeBytes);
  return Buffer.concat([body, macOf(deps, body)]).toString("base64url");
}

/** The nonce, if this deployment made it and it has not expired; else null. */
export function openNonce(deps: KeyDeps & Pick<Deps, "clock">, text: string): OpenedNonce | null {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.length !== timeBytes + randomBytes + macBytes) return null;
  // One spelling alone: otherwise a used nonce would have others.
  if (bytes.toString("base64url") !== text) return null;
  const body = bytes.subarray(0, timeBytes + randomBytes);
  if (!timingSafeEqual(macOf(deps, body), bytes.subarray(body.length))) return null;
  const expiresAt = new Date(body.readUIntBE(0, timeBytes) + nonceMs);
  return expiresAt > deps.clock.now() ? { bytes: new Uint8Array(bytes), expiresAt } : null;
}

const macOf = (deps: KeyDeps, body: Uint8Array): Buffer =>
  createHmac("sha256", keyFor(deps, "nonces")).update(body).digest().subarray(0, macBytes);
