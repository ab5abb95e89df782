import { concat } from "./bytes";
import type { LogCrypto } from "./crypto";

/** The length of a SHA-256 hash. */
export const hashBytes = 32;
const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

/** The root hash of the empty tree: SHA-256 of no bytes (RFC 6962, section 2.1). */
export const emptyRoot: Uint8Array = Uint8Array.from([
  0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
  0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/** SHA-256(0x00 || entry), RFC 6962 section 2.1. */
export async function leafHashOf(c: LogCrypto, entry: Uint8Array): Promise<Uint8Array> {
  return c.sha256(concat(leafPrefix, entry));
}

/** SHA-256(0x01 || left || right), RFC 6962 section 2.1. */
export async function nodeHashOf(
  c: LogCrypto,
  left: Uint8Array,
  right: Uint8Array,
): Promise<Uint8Array> {
  return c.sha256(concat(nodePrefix, left, right));
}
