import { createVerify, verify } from "node:crypto";
import { isAppError } from "@/lib/errors/app-error";
import {
  encodeSignatureAlgorithm,
  readSignatureAlgorithm,
  type VerificationAlgorithm,
} from "./algorithms";
import { isLarge, partsOf } from "./digest-steps";
import { publicKeyOf } from "./public-key";
import { readSpki } from "./spki";
import type { Steps } from "./steps";
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

/** `verifySignature` of large data. Ed25519 reads all of it without a pause. */
export function* verifySignatureSteps(
  algorithm: SignatureAlgorithm,
  spki: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): Steps<boolean> {
  const verification = readSignatureAlgorithm(encodeSignatureAlgorithm(algorithm));
  if (verification === null || verification.hash === null || !isLarge(data))
    return verifySignature(algorithm, spki, data, signature);
  try {
    if (readSpki(spki).kind !== verification.key) return false;
    const verifier = createVerify(verification.hash);
    yield* partsOf(data, (part) => void verifier.update(part));
    return verifier.verify(publicKeyOf(spki), signature);
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}
