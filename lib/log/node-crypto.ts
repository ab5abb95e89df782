import { createPublicKey, hash, verify } from "node:crypto";
import type { LogCrypto } from "./pure/crypto";

// The fixed beginning of an Ed25519 SubjectPublicKeyInfo (RFC 8410).
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");

function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    return verify(
      null,
      message,
      createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: "der", type: "spki" }),
      signature,
    );
  } catch {
    // Bytes that are no point of the curve.
    return false;
  }
}

/** Node's own cryptography, at once. */
export const nodeLogCrypto: LogCrypto = {
  sha256: (bytes) => Buffer.from(hash("sha256", bytes, "binary"), "latin1"),
  verifyEd25519,
};
