import { createHash } from "node:crypto";
import type { Steps } from "./steps";

/** What is hashed between two pauses: a millisecond or two. */
const octetsAtOnce = 1 << 20;

/** Whether bytes are worth a pause. */
export const isLarge = (bytes: Uint8Array): boolean => bytes.length > octetsAtOnce;

/** The parts of large bytes, one after another, with a pause after each. */
export function* partsOf(bytes: Uint8Array, use: (part: Uint8Array) => void): Steps<void> {
  for (let at = 0; at < bytes.length; at += octetsAtOnce) {
    use(bytes.subarray(at, at + octetsAtOnce));
    yield;
  }
}

/** SHA-256 of large bytes. */
export function* sha256Steps(bytes: Uint8Array): Steps<Uint8Array> {
  const hash = createHash("sha256");
  yield* partsOf(bytes, (part) => void hash.update(part));
  return hash.digest();
}
