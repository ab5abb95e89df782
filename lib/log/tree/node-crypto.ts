import { createPublicKey, hash, verify } from "node:crypto";
import type { LogCrypto } from "@/lib/log/pure/crypto";

// The fixed prefix of an Ed25519 SubjectPublicKeyInfo (RFC 8410).
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
    // The bytes are not a point on the curve.
    return false;
  }
}

/** LogCrypto with node:crypto; answers synchronously. */
export const nodeLogCrypto: LogCrypto = {
  sha256: (bytes) => Buffer.from(hash("sha256", bytes, "binary"), "latin1"),
  verifyEd25519,
};
