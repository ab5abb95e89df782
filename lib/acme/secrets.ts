import { createHmac, timingSafeEqual } from "node:crypto";
import { acmeKeyFor, type SealingDeps } from "@/lib/enrollment/binding-key";
import type { Deps } from "@/lib/runtime/deps";

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
export function makeNonce(deps: SealingDeps & Pick<Deps, "random" | "clock">): string {
  const body = Buffer.alloc(timeBytes + randomBytes);
  body.writeUIntBE(deps.clock.now().getTime(), 0, timeBytes);
  body.set(deps.random.bytes(randomBytes), timeBytes);
  return Buffer.concat([body, macOf(deps, body)]).toString("base64url");
}

/** The nonce, if this deployment made it and it has not expired; else null. */
export function openNonce(
  deps: SealingDeps & Pick<Deps, "clock">,
  text: string,
): OpenedNonce | null {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.length !== timeBytes + randomBytes + macBytes) return null;
  // One spelling alone: otherwise a used nonce would have others.
  if (bytes.toString("base64url") !== text) return null;
  const body = bytes.subarray(0, timeBytes + randomBytes);
  if (!timingSafeEqual(macOf(deps, body), bytes.subarray(body.length))) return null;
  const expiresAt = new Date(body.readUIntBE(0, timeBytes) + nonceMs);
  return expiresAt > deps.clock.now() ? { bytes: new Uint8Array(bytes), expiresAt } : null;
}

const macOf = (deps: SealingDeps, body: Uint8Array): Buffer =>
  createHmac("sha256", nonceKeyOf(deps)).update(body).digest().subarray(0, macBytes);

/** By the key that each is derived from: deriving it costs more than a nonce. */
const nonceKeys = new WeakMap<Uint8Array, Uint8Array>();

function nonceKeyOf(deps: SealingDeps): Uint8Array {
  const source = deps.delivery?.key;
  const key = (source && nonceKeys.get(source)) ?? acmeKeyFor(deps, "nonces");
  if (source) nonceKeys.set(source, key);
  return key;
}
