import { verify } from "node:crypto";
import { isAppError } from "@/lib/errors/app-error";
import {
  encodeSignatureAlgorithm,
  readSignatureAlgorithm,
  type VerificationAlgorithm,
} from "./algorithms";
import { publicKeyOf } from "./public-key";
import { readSpki } from "./spki";
import type { SignatureAlgorithm } from "./types";

/**
 * Whether `signature` (DER for ECDSA) is one over `data` by the key of `spki`. A key that cannot be
 * read or does not fit is false.
 */
export function verifySignature(
  algorithm: SignatureAlgorithm,
  spki: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const verification = readSignatureAlgorithm(encodeSignatureAlgorithm(algorithm));
  return verification !== null && verifyWithAlgorithm(verification, spki, data, signature);
}

/** The same for any algorithm, including those that Chancery doesn't sign with. */
export function verifyWithAlgorithm(
  algorithm: VerificationAlgorithm,
  spki: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    if (readSpki(spki).kind !== algorithm.key) return false;
    return verify(algorithm.hash, data, publicKeyOf(spki), signature);
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}
