import { createPublicKey, type KeyObject } from "node:crypto";
import { AppError } from "@/lib/errors/app-error";
import { otherOids } from "./oids";
import { readSpki } from "./spki";
import type { SubjectKeyAlgorithm } from "./types";

type Curve = Readonly<{
  algorithm: SubjectKeyAlgorithm;
  text: string;
  coordinate: number;
  prime: bigint;
  b: bigint;
}>;

/**
 * Curves that a profile can allow: OID to names, octets of a coordinate, and y² = x³ - 3x + b over
 * a prime (SP 800-186 §3.2.1).
 */
export const curves: Readonly<Record<string, Curve>> = {
  [otherOids.p256]: {
    algorithm: "ecdsa-p256",
    text: "ECDSA P-256",
    coordinate: 32,
    prime: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  [otherOids.p384]: {
    algorithm: "ecdsa-p384",
    text: "ECDSA P-384",
    coordinate: 48,
    prime: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
};

/**
 * Whether an uncompressed point (04, x, y) of the right length is on its curve. A tenth of the
 * cost of asking node:crypto.
 */
export function isOnCurve(curve: Curve, point: Uint8Array): boolean {
  const coordinate = (start: number): bigint =>
    BigInt(`0x${Buffer.from(point.subarray(start, start + curve.coordinate)).toString("hex")}`);
  const x = coordinate(1);
  const y = coordinate(1 + curve.coordinate);
  return (
    x < curve.prime && y < curve.prime && (y * y - (x * x - 3n) * x - curve.b) % curve.prime === 0n
  );
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
}

/**
 * The key for node:crypto, by whichever way costs less: RSA and Ed25519 keys as JWK, points from
 * their DER. Throws AppError `key.malformed`, for a point off its curve too.
 */
export function publicKeyOf(spkiDer: Uint8Array): KeyObject {
  const spki = readSpki(spkiDer);
  try {
    switch (spki.kind) {
      case "rsa":
        return createPublicKey({
          format: "jwk",
          key: { kty: "RSA", n: base64url(spki.modulus), e: base64url(spki.exponent) },
        });
      case "ed25519":
        return createPublicKey({
          format: "jwk",
          key: { kty: "OKP", crv: "Ed25519", x: base64url(spki.point) },
        });
      case "ec":
      case "other":
        return createPublicKey({ format: "der", type: "spki", key: Buffer.from(spkiDer) });
    }
  } catch (cause) {
    throw new AppError(
      "key.malformed",
      "The public key is not valid for its algorithm, for example a point that is not on its curve. Make a new key pair.",
      { cause },
    );
  }
}
