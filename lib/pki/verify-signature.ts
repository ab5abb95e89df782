import { verify } from "node:crypto";
import { isAppError } from "@/lib/errors/app-error";
import {
  encodeSignatureAlgorithm,
  readSignatureAlgorithm,
  type ForeignAlgorithm,
} from "@/lib/pki/algorithms";
import { publicKeyOf } from "@/lib/pki/public-key";
import { readSpki } from "@/lib/pki/spki";
import type { SignatureAlgorithm } from "@/lib/pki/types";

/** Whether `signature` (DER for ECDSA) is one over `data` by the key of `spki`. A key that cannot be read or does not fit is false. */
export function verifySignature(
  algorithm: SignatureAlgorithm,
  spki: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const known = readSignatureAlgorithm(encodeSignatureAlgorithm(algorithm));
  return known !== null && verifyForeignSignature(known, spki, data, signature);
}

/** The same for any algorithm that somebody else may have signed with. */
export function verifyForeignSignature(
  algorithm: ForeignAlgorithm,
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
