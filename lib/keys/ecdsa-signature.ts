import { integer, sequence } from "@/lib/pki/der";

/** ECDSA-Sig-Value (RFC 3279 §2.2.3) of the two numbers that WebCrypto writes side by side. */
export function rawToDer(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  return sequence(integer(raw.subarray(0, half)), integer(raw.subarray(half)));
}
