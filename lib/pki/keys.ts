import { hash } from "node:crypto";
import type { Finding } from "@/lib/errors/types";
import { isGuessableEd25519, isGuessablePoint } from "./guessable-keys";
import { curves, isOnCurve } from "./public-key";
import { findRsaWeakness } from "./rsa-weaknesses";
import { readSpki, type Spki } from "./spki";
import type { PublicKeyFacts, SignatureAlgorithm, SubjectKeyAlgorithm } from "./types";

const otherCurves: Readonly<Record<string, string>> = {
  "1.3.132.0.10": "secp256k1",
  "1.3.132.0.35": "P-521",
  "1.3.132.0.33": "P-224",
  "1.2.840.10045.3.1.1": "P-192",
};
const rsaAlgorithms: Readonly<Record<number, SubjectKeyAlgorithm>> = {
  2048: "rsa-2048",
  3072: "rsa-3072",
  4096: "rsa-4096",
};
const otherKeys: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.10": "RSA-PSS",
  "1.2.840.10040.4.1": "DSA",
  "1.3.101.113": "Ed448",
  "1.3.101.110": "X25519",
  "1.3.101.111": "X448",
};

/** Number of significant bits of a big-endian magnitude. */
function bitLength(magnitude: Uint8Array): number {
  return magnitude.length * 8 - Math.clz32(magnitude[0] ?? 0) + 24;
}

function nameKey(spki: Spki): Pick<PublicKeyFacts, "algorithm" | "text"> {
  switch (spki.kind) {
    case "rsa": {
      const bits = bitLength(spki.modulus);
      return { algorithm: rsaAlgorithms[bits] ?? null, text: `RSA ${bits}` };
    }
    case "ec": {
      const curve = curves[spki.curve];
      return {
        algorithm: curve?.algorithm ?? null,
        text: curve?.text ?? `EC ${otherCurves[spki.curve] ?? spki.curve}`,
      };
    }
    case "ed25519":
      return { algorithm: "ed25519", text: "Ed25519" };
    case "other":
      return { algorithm: null, text: otherKeys[spki.algorithm] ?? `algorithm ${spki.algorithm}` };
  }
}

/**
 * What a public key is. Throws AppError `key.malformed` if the bytes are no strict
 * SubjectPublicKeyInfo; checks nothing else.
 */
export function inspectPublicKey(spkiDer: Uint8Array): PublicKeyFacts {
  return { spkiDer, spkiSha256: sha256(spkiDer), ...nameKey(readSpki(spkiDer)) };
}

/**
 * Leftmost 160 bits of SHA-256 over the key's BIT STRING octets (RFC 7093 §2 method 1). Throws
 * AppError `key.malformed`.
 */
export function subjectKeyIdentifier(spkiDer: Uint8Array): Uint8Array {
  return sha256(readSpki(spkiDer).keyBits).subarray(0, 20);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.from(hash("sha256", bytes, "binary"), "latin1"));
}

/** How an authority with this key signs; null for a key that a CA may not have. */
export function signatureAlgorithmOf(spkiDer: Uint8Array): SignatureAlgorithm | null {
  switch (inspectPublicKey(spkiDer).algorithm) {
    case "ecdsa-p256":
      return "ecdsa-sha256";
    case "ecdsa-p384":
      return "ecdsa-sha384";
    case "rsa-2048":
    case "rsa-3072":
    case "rsa-4096":
      return "rsa-sha256";
    case "ed25519":
      return "ed25519";
    case null:
      return null;
  }
}

function weak(
  code: string,
  message: string,
  clause: string,
  severity: "error" | "warning" = "error",
): Finding {
  return { code, message, clause, severity, path: "csr" };
}

/**
 * Everything that makes a public key unfit, each with a fix; empty for a sound key. RSA:
 * length, exponent, small factors, a prime as modulus, ROCA, close primes. EC: curve, encoding, point.
 * Ed25519: length, points of small order. Both: private values that anyone tries first. Throws AppError `key.malformed`.
 */
export function findKeyWeaknesses(spkiDer: Uint8Array): Finding[] {
  const spki = readSpki(spkiDer);
  switch (spki.kind) {
    case "rsa":
      return rsaWeaknesses(spki.modulus, spki.exponent);
    case "ec":
      return ecWeaknesses(spkiDer, spki.curve, spki.point);
    case "ed25519":
      return edWeaknesses(spki.point);
    case "other":
      return [unsupported(inspectPublicKey(spkiDer).text)];
  }
}

function unsupported(text: string): Finding {
  return weak(
    "key.unsupported",
    `A key of the kind ${text} cannot be certified. Make an ECDSA P-256 or P-384, RSA 2048, 3072 or 4096, or Ed25519 key.`,
    "profile",
  );
}

function rsaWeaknesses(modulus: Uint8Array, exponent: Uint8Array): Finding[] {
  const findings: Finding[] = [];
  const bits = bitLength(modulus);
  if (bits < 2048)
    findings.push(
      weak(
        "key.rsa-too-short",
        `The RSA key has ${bits} bits; at least 2048 are needed. Make one with openssl genrsa 3072, or an ECDSA P-256 key.`,
        "NIST SP 800-57 part 1, table 2",
      ),
    );
  const e = BigInt(`0x${Buffer.from(exponent).toString("hex")}`);
  if (e < 3n || e % 2n === 0n || e >= 1n << 31n) {
    findings.push(
      weak(
        "key.rsa-exponent",
        "The RSA exponent is even, 1, or 2^31 or more, which many programs can't read. Make a key with the usual exponent 65537.",
        "FIPS 186-5 §5.1",
      ),
    );
  } else if (e < 65537n) {
    findings.push(
      weak(
        "key.rsa-small-exponent",
        `The RSA exponent is ${e}; 65537 is usual.`,
        "FIPS 186-5 §5.1",
        "warning",
      ),
    );
  }
  // Above 16,384 bits the arithmetic below would cost the server more than the caller.
  const found =
    bits > 16384
      ? "no library checks a modulus of this size"
      : findRsaWeakness(BigInt(`0x${Buffer.from(modulus).toString("hex")}`));
  if (found !== null)
    findings.push(
      weak(
        "key.rsa-modulus",
        `The RSA modulus is unsafe: ${found}. Make a new key with a current openssl.`,
        "NIST SP 800-89 §5.3.3",
      ),
    );
  return findings;
}

function ecWeaknesses(spkiDer: Uint8Array, curveOid: string, point: Uint8Array): Finding[] {
  const curve = curves[curveOid];
  if (curve === undefined) return [unsupported(inspectPublicKey(spkiDer).text)];
  if (point[0] !== 4 || point.length !== 1 + 2 * curve.coordinate) {
    const fix =
      "Encode it uncompressed (openssl ec -conv_form uncompressed), so that one key has one encoding.";
    return [
      weak(
        "key.ec-encoding",
        `The EC point is not in the uncompressed form of its curve. ${fix}`,
        "RFC 5480 §2.2",
      ),
    ];
  }
  if (isOnCurve(curve, point))
    return isGuessablePoint(curve.algorithm, point) ? [guessable("SP 800-56A §5.6.1.2.2")] : [];
  return [
    weak(
      "key.ec-point",
      "The EC point is not on its curve. Make a new key pair.",
      "NIST SP 800-56A §5.6.2.3",
    ),
  ];
}

const guessable = (clause: string): Finding =>
  weak(
    "key.guessable",
    "The private key of this public key is a small number or one octet repeated, so anyone can compute it. Make a new key pair with a current openssl.",
    clause,
  );

const fieldPrime = (1n << 255n) - 19n;
const edwardsD = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

function edWeaknesses(point: Uint8Array): Finding[] {
  if (point.length !== 32)
    return [
      weak(
        "key.ed25519-length",
        `An Ed25519 key has 32 octets, this has ${point.length}. Make a new key pair.`,
        "RFC 8410 §3",
      ),
    ];
  const y = BigInt(`0x${Buffer.from(point).reverse().toString("hex")}`) & ((1n << 255n) - 1n);
  const square = (y * y) % fieldPrime;
  // y of the points of order 1, 2 and 4, and, as roots of d·y⁴ + 2y² - 1, of order 8: anyone can sign
  // for such a key without a secret.
  const isSmallOrder =
    y === 0n ||
    square === 1n ||
    (edwardsD * square * square + 2n * square - 1n) % fieldPrime === 0n;
  if (y < fieldPrime && !isSmallOrder)
    return isGuessableEd25519(point) ? [guessable("RFC 8032 §5.1.5")] : [];
  return [
    weak(
      "key.ed25519-point",
      "The Ed25519 point has a small order or is not in its canonical form. Make a new key pair.",
      "RFC 8032 §5.1.3",
    ),
  ];
}
